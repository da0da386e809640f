"""Starts a program with listening sockets passed to it, as a service manager does (sd_listen_fds(3)).

activate.py ADDRESS NAMES COUNT PROGRAM ARGUMENT...: prints the ports, then becomes the program.
"""

import fcntl
import os
import socket
import sys

address, names, count, *command = sys.argv[1:]
passed = []
for _ in range(int(count)):
    listener = socket.socket()
    listener.bind((address, 0))
    listener.listen(64)
    print(f"port {listener.getsockname()[1]}", flush=True)
    # Out of the way of the numbers that they get in the end.
    passed.append(fcntl.fcntl(listener.detach(), fcntl.F_DUPFD, 50))
for at, descriptor in enumerate(passed):
    os.dup2(descriptor, 3 + at, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=count, LISTEN_FDNAMES=names)
os.execvp(command[0], command)
