"""The package: its size, and how long dpkg takes to install it in a Debian system made by
scripts/bench-tree.sh, beside a package with nothing in it."""

import os
import subprocess
import tempfile
import time


def field(deb, name):
    command = ["dpkg-deb", "--field", deb, name]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def sizes(bench):
    """Bytes: of the .deb, of what it says it takes, of the files in it; and of each program."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        subprocess.run(["dpkg-deb", "--extract", bench.deb, folder], check=True)
        files = sum(os.lstat(os.path.join(place, name)).st_size
                    for place, _, names in os.walk(folder) for name in names)
        programs = {name: os.path.getsize(f"{folder}/usr/{name}")
                    for name in ("bin/fake-metadata", "sbin/fake-metadata-setup")}
    return os.path.getsize(bench.deb), 1024 * int(field(bench.deb, "Installed-Size")), files, programs


def empty_package(deb, folder):
    """Depends on the same, has no files and no maintainer scripts."""
    os.makedirs(f"{folder}/empty/DEBIAN")
    with open(f"{folder}/empty/DEBIAN/control", "w", encoding="utf-8") as control:
        print("Package: empty", "Version: 1", "Description: nothing", sep="\n", file=control)
        for name in ("Architecture", "Depends", "Maintainer"):
            print(f"{name}: {field(deb, name)}", file=control)
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", f"{folder}/empty", f"{folder}/empty.deb"],
                   stdout=subprocess.DEVNULL, check=True)
    return f"{folder}/empty.deb"


class Tree:
    """A fresh copy of the system: all that is written to it is kept in memory, and forgotten."""

    def __init__(self, tree, folder):
        self.layers, self.root = f"{folder}/layers", f"{folder}/root"
        for place in (self.layers, self.root):
            os.makedirs(place, exist_ok=True)
        mount("-t", "tmpfs", "tmpfs", self.layers)
        for name in ("upper", "work"):
            os.mkdir(f"{self.layers}/{name}")
        mount("-t", "overlay", "overlay", "-o",
              f"lowerdir={tree},upperdir={self.layers}/upper,workdir={self.layers}/work", self.root)
        mount("--rbind", "/dev", f"{self.root}/dev")
        mount("--make-rslave", f"{self.root}/dev")
        mount("-t", "proc", "proc", f"{self.root}/proc")
        mount("-t", "tmpfs", "tmpfs", f"{self.root}/run")
        # In a chroot nothing may start.
        with open(f"{self.root}/usr/sbin/policy-rc.d", "w", encoding="ascii") as policy:
            policy.write("#!/bin/sh\nexit 101\n")
        os.chmod(f"{self.root}/usr/sbin/policy-rc.d", 0o755)

    def dpkg(self, *arguments):
        """Milliseconds."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        begun = time.monotonic()
        result = subprocess.run(["chroot", self.root, "dpkg", *arguments], env=environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        took = 1000 * (time.monotonic() - begun)
        if result.returncode:
            raise RuntimeError(f"dpkg {' '.join(arguments)}: {result.stdout}")
        return took

    def close(self):
        for place in (self.root, self.layers):
            subprocess.run(["umount", "--recursive", place], check=True)


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def installs(bench, rounds):
    """{package: (list of ms to install, list of ms to purge)}; None without the tree."""
    tree = os.path.abspath(f"{bench.folder}/tree")
    if not os.path.isdir(f"{tree}/usr"):
        return None
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        folder = os.path.abspath(folder)
        packages = {"fake-metadata": bench.deb, "empty": empty_package(bench.deb, folder)}
        times = {name: ([], []) for name in packages}
        # In turn, and the other one first in every second round; the round before the first warms up.
        bench.progress(f"dpkg, {rounds} rounds")
        for count in range(-1, rounds):
            for name in sorted(packages, reverse=count % 2 == 0):
                system = Tree(tree, folder)
                try:
                    subprocess.run(["cp", packages[name], f"{system.root}/tmp/package.deb"], check=True)
                    took = system.dpkg("--install", "/tmp/package.deb"), system.dpkg("--purge", name)
                finally:
                    system.close()
                if count >= 0:
                    for kind in (0, 1):
                        times[name][kind].append(took[kind])
    return times
