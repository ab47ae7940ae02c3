"""The programs that decode uploads: each module with a `main` is executed as a process of its own for one file.

The server imports none of them. `program` confines the process before the first byte of the file is read: memory, CPU
time, file sizes, and where the kernel can, no files but its own folder, no sockets and no other programs. The file is
standard input, the results are written into the working folder, and what became of it is told on standard output.
"""
