"""The proxy itself: each way of misbehaving, as a client of a small server sees it."""

import socket
import struct
from collections.abc import Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from time import monotonic

import psycopg2
import pytest
import redis

from config import embedded
from tests.faults.proxy import HOST, Proxy, Weather, proxy
from tests.waiting import until


class _Echo(StreamRequestHandler):
    """Says each line again."""

    def handle(self) -> None:
        for line in self.rfile:
            self.server.heard.append(line)
            self.wfile.write(line)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Echo)
        self.heard: list[bytes] = []

    def handle_error(self, *_: object) -> None:
        """That a connection was cut is what is wanted."""


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as made:
        Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def way(server: _Server) -> Iterator[Proxy]:
    with proxy(f"tcp://{HOST}:{server.server_address[1]}") as made:
        yield made


@pytest.fixture
def client(way: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, way.port), timeout=10) as made:
        yield made


def test_it_passes_what_both_sides_say(client: socket.socket) -> None:
    long = b"x" * 300_000 + b"\n"
    Thread(target=client.sendall, args=(long,), daemon=True).start()
    with client.makefile("rb") as replies:
        assert replies.readline() == long


def test_a_client_that_is_done_gets_the_rest_of_its_replies(client: socket.socket) -> None:
    client.sendall(b"last\n")
    client.shutdown(socket.SHUT_WR)
    assert _all(client) == b"last\n"


@pytest.mark.parametrize("weather", [Weather(to_server_s=0.1), Weather(to_client_s=0.1)])
def test_it_delays_either_way(way: Proxy, client: socket.socket, weather: Weather) -> None:
    way.be(weather)
    begun = monotonic()
    client.sendall(b"late\n")
    assert client.recv(5) == b"late\n"
    assert monotonic() - begun >= 0.1


def test_a_black_hole_takes_connections_and_gives_out_what_it_held_later(
    way: Proxy, client: socket.socket, server: _Server
) -> None:
    way.be(Weather(held=True))
    client.settimeout(0.1)
    client.sendall(b"held\n")
    with pytest.raises(TimeoutError):
        client.recv(5)
    with socket.create_connection((HOST, way.port), timeout=0.1) as another:
        another.sendall(b"too\n")
        with pytest.raises(TimeoutError):
            another.recv(5)
        assert not server.heard
        way.clear()
        for each, said in ((client, b"held\n"), (another, b"too\n")):
            each.settimeout(10)
            assert each.recv(5) == said


def test_a_client_that_resets_is_gone_for_the_server_too(way: Proxy, client: socket.socket) -> None:
    """As one does that is killed before it read all that it was told."""
    client.sendall(b"well\n")
    assert client.recv(5) == b"well\n"
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: not way.standing, what="the server's end to be over")


def test_it_leads_to_another_server(way: Proxy, client: socket.socket, server: _Server) -> None:
    with _Server() as other:
        Thread(target=other.serve_forever, args=(0.05,), daemon=True).start()
        client.sendall(b"here\n")
        assert client.recv(5) == b"here\n"
        way.lead_to(f"tcp://{HOST}:{other.server_address[1]}")
        assert _until_reset(client) == b""
        with socket.create_connection((HOST, way.port), timeout=10) as another:
            another.sendall(b"there\n")
            assert another.recv(6) == b"there\n"
        assert (server.heard, other.heard) == ([b"here\n"], [b"there\n"])
        other.shutdown()


def test_it_cuts_after_so_many_bytes_of_replies(way: Proxy, client: socket.socket) -> None:
    way.be(Weather(cut_after=7))
    client.sendall(b"four\n")
    assert client.recv(5) == b"four\n"
    client.sendall(b"and more\n")
    assert _until_reset(client) == b"an"
    assert way.cut_so_far == 1


def test_it_cuts_in_the_middle_of_a_reply(way: Proxy, client: socket.socket) -> None:
    way.be(Weather(cut_mid_reply=True))
    client.sendall(b"1234567\n")
    assert _until_reset(client) == b"1234"


def test_it_cuts_as_often_as_it_is_told(way: Proxy, client: socket.socket) -> None:
    way.be(Weather(cut_after=0, cuts=1))
    client.sendall(b"gone\n")
    assert _until_reset(client) == b""
    with socket.create_connection((HOST, way.port), timeout=10) as another:
        another.sendall(b"well\n")
        assert another.recv(5) == b"well\n"


def test_a_cut_may_wait_for_a_reply_that_holds_something(
    way: Proxy, client: socket.socket, server: _Server
) -> None:
    way.be(Weather(cut_after=0, of_replies_holding=b"secret"))
    client.sendall(b"open\n")
    assert client.recv(5) == b"open\n"
    client.sendall(b"a secret\n")
    assert _until_reset(client) == b""
    assert server.heard == [b"open\n", b"a secret\n"]


def test_a_request_may_arrive_and_its_answer_be_lost(
    way: Proxy, client: socket.socket, server: _Server
) -> None:
    way.be(Weather(cut_after=0, of_requests_holding=b"COMMIT"))
    client.sendall(b"BEGIN\n")
    assert client.recv(6) == b"BEGIN\n"
    client.sendall(b"COMMIT\n")
    assert _until_reset(client) == b""
    assert server.heard[-1] == b"COMMIT\n"


def test_it_cuts_what_stands_and_takes_new_ones(way: Proxy, client: socket.socket) -> None:
    client.sendall(b"up\n")
    assert client.recv(3) == b"up\n"
    assert way.cut() == 1
    assert _until_reset(client) == b""
    with socket.create_connection((HOST, way.port), timeout=10) as another:
        another.sendall(b"new\n")
        assert another.recv(4) == b"new\n"
    until(lambda: way.standing == 0, what="lines that ended to be forgotten")


def test_it_cuts_what_it_holds(way: Proxy, client: socket.socket) -> None:
    way.be(Weather(held=True))
    client.sendall(b"held\n")
    until(lambda: way.standing == 1, what="the connection to stand")
    way.cut()
    assert _until_reset(client) == b""


def test_it_refuses_and_comes_back_at_the_same_port(way: Proxy, client: socket.socket) -> None:
    client.sendall(b"up\n")
    assert client.recv(3) == b"up\n"
    port = way.port
    way.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=10)
    client.sendall(b"still\n")
    assert client.recv(6) == b"still\n"
    way.clear()
    assert way.port == port
    socket.create_connection((HOST, port), timeout=10).close()


def test_a_server_that_is_away_resets(server: _Server, way: Proxy) -> None:
    server.shutdown()
    server.server_close()
    # Before or after it has connected.
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection((HOST, way.port), timeout=10) as client,
    ):
        client.recv(1)


def test_it_stands_before_a_database_and_a_broker(servers: embedded.Servers) -> None:
    with proxy(servers.database_url) as before_database:
        url = before_database.through(servers.database_url).replace("+psycopg2", "")
        connection = psycopg2.connect(url)
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        before_database.cut()
        with pytest.raises(psycopg2.OperationalError):
            cursor.execute("SELECT 1")
        connection.close()
    with proxy(servers.broker_url) as before_broker:
        with redis.Redis.from_url(before_broker.through(servers.broker_url)) as client:
            assert client.ping()
        assert str(before_broker.port) in before_broker.through(servers.broker_url)


def _all(client: socket.socket) -> bytes:
    with client.makefile("rb") as replies:
        return replies.read()


def _until_reset(client: socket.socket) -> bytes:
    """What still comes before the reset. Raises: AssertionError when it ended well."""
    got = b""
    try:
        while chunk := client.recv(100):
            got += chunk
    except ConnectionResetError:
        return got
    raise AssertionError(f"it ended well, with {got!r}")
