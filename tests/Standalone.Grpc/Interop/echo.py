"""The echo service and a client of it on Python's gRPC, which shares no code with the implementation under test.

  echo.py serve            serves on a free port of the loopback, prints the port, ends when its input closes
  echo.py call HOST:PORT   makes calls, prints one line for each check: "ok NAME" or "fail NAME REASON"
  echo.py bench SECONDS    serves and calls itself with one duplex stream, prints messages per second
"""

import sys
import threading
import time
from concurrent import futures

import grpc

SERVICE = "multipath.test.v1.Echo"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


class Message:
    """EchoMessage of echo.proto: text = 1, payload = 2, count = 3."""

    def __init__(self, text="", payload=b"", count=0):
        self.text, self.payload, self.count = text, payload, count

    def encode(self):
        out = b""
        if self.text:
            text = self.text.encode()
            out += b"\x0a" + varint(len(text)) + text
        if self.payload:
            out += b"\x12" + varint(len(self.payload)) + self.payload
        return out + (b"\x18" + varint(self.count) if self.count else b"")

    @staticmethod
    def decode(data):
        message, at = Message(), 0

        def number():
            nonlocal at
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value

        while at < len(data):
            tag = number()
            value = number()
            if tag == 0x18:
                message.count = value
                continue
            part = data[at:at + value]
            at += value
            if tag == 0x0A:
                message.text = part.decode()
            else:
                message.payload = part
        return message


def unary(request, context):
    metadata = dict(context.invocation_metadata())
    command = request.text
    if command == "status":
        context.set_trailing_metadata((("why", "asked"), ("why-bin", b"\x00\xff")))
        context.abort(tuple(grpc.StatusCode)[request.count], "ü: 100%")
    if command == "sleep":
        gone = threading.Event()
        context.add_callback(gone.set)
        gone.wait(30)
    if command == "metadata":
        context.send_initial_metadata((("head", metadata["ask"]), ("head-bin", metadata["ask-bin"])))
        context.set_trailing_metadata((("tail", metadata["ask"]), ("tail-bin", metadata["ask-bin"])))
    return request


def collect(requests, context):
    result = Message()
    for request in requests:
        result.count += 1
        result.text += request.text
        result.payload += request.payload
    return result


def expand(request, context):
    for i in range(request.count):
        yield Message(request.text, request.payload, i)


def duplex(requests, context):
    for request in requests:
        yield request


def handlers():
    codec = {"request_deserializer": Message.decode, "response_serializer": Message.encode}
    return grpc.method_handlers_generic_handler(SERVICE, {
        "Unary": grpc.unary_unary_rpc_method_handler(unary, **codec),
        "Collect": grpc.stream_unary_rpc_method_handler(collect, **codec),
        "Expand": grpc.unary_stream_rpc_method_handler(expand, **codec),
        "Duplex": grpc.stream_stream_rpc_method_handler(duplex, **codec),
    })


def start(compression=None):
    server = grpc.server(futures.ThreadPoolExecutor(8), options=UNLIMITED, compression=compression)
    server.add_generic_rpc_handlers((handlers(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


class Client:
    def __init__(self, target):
        self.channel = grpc.insecure_channel(target, options=UNLIMITED)
        codec = {"request_serializer": Message.encode, "response_deserializer": Message.decode}
        path = f"/{SERVICE}/"
        self.unary = self.channel.unary_unary(path + "Unary", **codec)
        self.collect = self.channel.stream_unary(path + "Collect", **codec)
        self.expand = self.channel.unary_stream(path + "Expand", **codec)
        self.duplex = self.channel.stream_stream(path + "Duplex", **codec)
        self.unknown = self.channel.unary_unary(path + "Unknown", **codec)


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def failure(action):
    try:
        action()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


class Checks:
    def __init__(self, client):
        self.client = client

    def unary(self):
        expect(self.client.unary(Message("hi", b"\x01\x02", 7)).payload, b"\x01\x02")

    def client_streaming(self):
        result = self.client.collect(iter([Message("a"), Message("b"), Message("c")]))
        expect((result.count, result.text), (3, "abc"))

    def server_streaming(self):
        expect([m.count for m in self.client.expand(Message("x", b"", 50))], list(range(50)))

    def duplex(self):
        expect([m.count for m in self.client.duplex(Message("x", b"", i) for i in range(200))], list(range(200)))

    def empty_messages(self):
        expect(self.client.unary(Message()).text, "")

    def large_messages(self):
        payload = bytes(range(256)) * 40000
        expect(self.client.unary(Message("", payload)).payload == payload, True)
        answers = self.client.duplex(iter([Message("", payload)] * 3))
        expect([m.payload == payload for m in answers], [True] * 3)

    def gzip(self):
        payload = b"aaaa" * 100000
        answer = self.client.unary(Message("", payload), compression=grpc.Compression.Gzip)
        expect(answer.payload == payload, True)
        answers = self.client.duplex(iter([Message("", payload)] * 3), compression=grpc.Compression.Gzip)
        expect([m.payload == payload for m in answers], [True] * 3)

    def metadata(self):
        ask = (("ask", "text value"), ("ask-bin", bytes(range(256))))
        _, call = self.client.unary.with_call(Message("metadata"), metadata=ask)
        head, tail = dict(call.initial_metadata()), dict(call.trailing_metadata())
        expect((head["head"], head["head-bin"]), ("text value", bytes(range(256))))
        expect((tail["tail"], tail["tail-bin"]), ("text value", bytes(range(256))))

    def statuses(self):
        codes = tuple(grpc.StatusCode)
        for number in range(1, 17):
            error = failure(lambda: self.client.unary(Message("status", b"", number)))
            expect((error.code(), error.details()), (codes[number], "ü: 100%"))
            expect(dict(error.trailing_metadata())["why-bin"], b"\x00\xff")

    def unknown_method(self):
        expect(failure(lambda: self.client.unknown(Message())).code(), grpc.StatusCode.UNIMPLEMENTED)

    def deadline(self):
        error = failure(lambda: self.client.unary(Message("sleep"), timeout=0.2))
        expect(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def cancellation(self):
        call = self.client.unary.future(Message("sleep"))
        call.cancel()
        expect(call.code(), grpc.StatusCode.CANCELLED)
        stream = self.client.duplex(iter(lambda: time.sleep(0.01) or Message("x"), None))
        next(stream)
        stream.cancel()
        expect(failure(lambda: [*stream]).code(), grpc.StatusCode.CANCELLED)


def call(target):
    checks = Checks(Client(target))
    for name in [n for n in vars(Checks) if not n.startswith("_")]:
        try:
            getattr(checks, name)()
            print("ok", name, flush=True)
        except Exception as error:
            print("fail", name, repr(error).replace("\n", " "), flush=True)


def bench(seconds):
    server, port = start()
    stub = Client(f"127.0.0.1:{port}").channel.stream_stream(f"/{SERVICE}/Duplex")
    turn = threading.Semaphore(1)
    done = threading.Event()

    def requests():
        message = Message("ping", b"x" * 64, 1).encode()
        while True:
            turn.acquire()
            if done.is_set():
                return
            yield message

    count, begin = 0, time.monotonic()
    for _ in stub(requests()):
        count += 1
        if time.monotonic() - begin > seconds:
            done.set()
        turn.release()
    print(count / (time.monotonic() - begin))
    server.stop(None)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        running, free = start()
        print(free, flush=True)
        sys.stdin.read()
        running.stop(None)
    elif sys.argv[1] == "call":
        call(sys.argv[2])
    else:
        bench(float(sys.argv[2]))
