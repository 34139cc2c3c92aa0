"""crowd.py PORT NUMBER: opens so many connections on which nothing is asked, says "open", and keeps them until it
is told a line; then says how many the server had kept."""

import select
import socket
import sys

REQUEST = b"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n"
# Fewer than the kernel keeps for a server until it takes them.
AT_ONCE = 500


def main():
    port, number = int(sys.argv[1]), int(sys.argv[2])
    crowd = []
    while len(crowd) < number:
        for _ in range(min(AT_ONCE, number - len(crowd))):
            crowd.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        # Once this one is answered, all before it have been taken.
        with socket.create_connection(("127.0.0.1", port), timeout=10) as last:
            last.sendall(REQUEST)
            if not last.recv(4096).startswith(b"HTTP/1.1 200 "):
                sys.exit("a connection was not answered")
    print("open", flush=True)
    sys.stdin.readline()
    # Nothing was asked, so what can be read is their end.
    poll = select.poll()
    for connection in crowd:
        poll.register(connection, select.POLLIN)
    print(number - len(poll.poll(0)), flush=True)


if __name__ == "__main__":
    main()
