"""crowd.py PORT NUMBER: opens so many connections, has each answered once, says "open", and keeps them until it is
told a line; then says how many the server had kept."""

import select
import socket
import sys

REQUEST = (b"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 169.254.169.254\r\n"
           b"Connection: keep-alive\r\n\r\n")


def main():
    port, number = int(sys.argv[1]), int(sys.argv[2])
    crowd = []
    for _ in range(number):
        # One after the other, so that no queue overflows.
        connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.sendall(REQUEST)
        if not connection.recv(4096).startswith(b"HTTP/1.1 200 "):
            sys.exit("one of the connections was not answered")
        crowd.append(connection)
    print("open", flush=True)
    sys.stdin.readline()
    # Nothing is to be said on them any more, so what can be read is their end.
    poll = select.poll()
    for connection in crowd:
        poll.register(connection, select.POLLIN)
    print(number - len(poll.poll(0)), flush=True)


if __name__ == "__main__":
    main()
