# The other side of `npm run bench -- libvirt`: python3-libvirt doing the same work. Each line on standard input is
# "WHAT COUNT"; the answer is how many seconds it took.
import sys
import threading
import time

import libvirt

connection = libvirt.open(sys.argv[1])
domain = connection.listAllDomains()[0]


def info(count):
    for _ in range(count):
        domain.info()


def threads(count, many=8):
    workers = [threading.Thread(target=info, args=(count // many,)) for _ in range(many)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def stats(count):
    for _ in range(count):
        connection.getAllDomainStats()


def version(count):
    for _ in range(count):
        connection.getLibVersion()


work = {"info": info, "threads": threads, "stats": stats, "version": version}
print("ready", flush=True)
for line in sys.stdin:
    what, count = line.split()
    start = time.perf_counter()
    work[what](int(count))
    print(time.perf_counter() - start, flush=True)
