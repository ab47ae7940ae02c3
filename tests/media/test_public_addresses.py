"""Which addresses may be fetched: spellings of one's own machine and network in every form that resolvers take."""

from __future__ import annotations

import pytest

from app.media.public_addresses import NotPublic, check_address, is_public

OWN = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 ::127.0.0.1 ::7f00:1 ::8.8.8.8
    64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 100::1 fe80::1 fe80::1%eth0 febf::1
    fec0::1 fc00::1 fd00::1 fdff:ffff::1 ff02::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1
    2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 2400::5efe:7f00:1 2400::200:5efe:a00:1 4000::1
    localhost 127.1 2130706433
""".split()
PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 198.17.255.255
    198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808 2001:4860:4860::8888
""".split()


@pytest.mark.parametrize("address", OWN)
def test_an_address_of_a_networks_own_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


REFUSED = {
    "a decimal number": "http://2130706433/a.jpg",
    "a hexadecimal number": "http://0x7f000001/a.jpg",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1/a.jpg",
    "an octal number": "http://017700000001/a.jpg",
    "octal parts": "http://0177.0.0.1/a.jpg",
    "leading zeros": "http://127.0.0.01/a.jpg",
    "public, with leading zeros": "http://008.8.8.8/a.jpg",
    "two parts": "http://127.1/a.jpg",
    "three parts": "http://127.0.1/a.jpg",
    "one zero": "http://0/a.jpg",
    "a stop behind": "http://127.0.0.1./a.jpg",
    "a number behind a name": "http://a.example.0x7f/a.jpg",
    "the metadata service": "http://169.254.169.254/latest/meta-data/",
    "IPv6's own machine": "http://[::1]/a.jpg",
    "IPv4 mapped into IPv6": "http://[::ffff:127.0.0.1]/a.jpg",
    "IPv4 mapped, as hexadecimal": "http://[::ffff:7f00:1]/a.jpg",
    "NAT64": "http://[64:ff9b::7f00:1]/a.jpg",
    "link-local": "http://[fe80::1]/a.jpg",
    "6to4": "http://[2002:7f00:1::]/a.jpg",
    "localhost": "http://localhost/a.jpg",
    "localhost, in capitals": "http://LOCALHOST/a.jpg",
    "localhost, with a stop": "http://localhost./a.jpg",
    "under localhost": "http://a.localhost/a.jpg",
    "wide letters": "http://ｌｏｃａｌｈｏｓｔ/a.jpg",
    "circled digits": "http://①②⑦.⓪.⓪.①/a.jpg",
    "wide stops": "http://127。0。0。1/a.jpg",
    "a name without a stop": "http://database/a.jpg",
    "mdns": "http://printer.local/a.jpg",
    "a cloud's own": "http://metadata.google.internal/a.jpg",
    "a name and password": "http://user:secret@a.example/a.jpg",
    "a name alone": "http://a.example@127.0.0.1/a.jpg",
    "another port": "http://a.example:8080/a.jpg",
    "ssh's port": "https://a.example:22/a.jpg",
    "http on https's port": "http://a.example:443/a.jpg",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://a.example/a",
    "ftp": "ftp://a.example/a.jpg",
    "data": "data:image/png;base64,AAAA",
    "no scheme": "//a.example/a.jpg",
    "a backslash": "http://a.example\\@127.0.0.1/a.jpg",
    "a line end": "http://a.example/a\r\nHost: b",
    "a tab in the host": "http://local\thost/a.jpg",
    "no host": "http:///a.jpg",
    "an empty label": "http://a..example.localhost/a.jpg",
    "a zone": "http://[fe80::1%25eth0]/a.jpg",
}


@pytest.mark.parametrize("spelt", REFUSED)
def test_an_address_that_is_spelt_to_slip_through_is_refused_before_it_is_looked_up(spelt: str) -> None:
    with pytest.raises(NotPublic):
        check_address(REFUSED[spelt])


@pytest.mark.parametrize(
    ("address", "host", "port", "target", "header"),
    [
        ("https://A.Example/a%20b.jpg?w=2#x", "a.example", 443, "/a%20b.jpg?w=2", "a.example"),
        ("http://a.example:80", "a.example", 80, "/", "a.example"),
        ("https://bücher.example/a.jpg", "xn--bcher-kva.example", 443, "/a.jpg", "xn--bcher-kva.example"),
        ("http://8.8.8.8/a.jpg", "8.8.8.8", 80, "/a.jpg", "8.8.8.8"),
        ("http://[2606:4700::1111]/a.jpg", "2606:4700::1111", 80, "/a.jpg", "[2606:4700::1111]"),
        ("http://0xbad.example/a.jpg", "0xbad.example", 80, "/a.jpg", "0xbad.example"),
    ],
)
def test_an_address_of_the_internet_is_taken_apart(
    address: str, host: str, port: int, target: str, header: str
) -> None:
    found = check_address(address)
    assert (found.host, found.port, found.target, found.host_header) == (host, port, target, header)
