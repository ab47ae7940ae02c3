// What a Node programmer writes: the `ws` package and a loop over its clients. Arguments: the package's folder, and the port.
const http = require('node:http');
const { WebSocketServer } = require(process.argv[2]);

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'Content-Length': 0 }).end();
    if (request.method !== 'POST') return;
    const text = Buffer.concat(pieces).toString();
    for (const client of sockets.clients) client.send(text);
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.send('{"type":"caught_up"}');
});
server.keepAliveTimeout = 0; // the poster waits while readers come in
server.listen({ port: Number(process.argv[3]), host: '127.0.0.1', backlog: 2048 });
