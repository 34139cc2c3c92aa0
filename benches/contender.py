"""The contenders: a folder each, in contenders/, with

prepare FOLDER    what it needs, of fixed versions, from a registry into FOLDER
run FOLDER PORT   becomes the server, on 127.0.0.1:PORT, which writes what it logs into the current folder
version FOLDER    prints what it is
about.json        "what" it is, in the report; where it has the "credentials"; "cannot": rows that it cannot answer,
                  and why; "note", if there is something to know when reading its numbers"""

import json
import os
import subprocess

from server import Server

# As they are shown; the first is what this is all about.
ORDER = ["fake-metadata", "nginx", "hyper", "aemm", "flask", "moto"]
HERE = os.path.dirname(os.path.abspath(__file__))


class Contender(Server):
    def __init__(self, bench, name):
        self.source = f"{HERE}/contenders/{name}"
        self.place = f"{bench.folder}/contenders/{name}"
        super().__init__(name, f"{bench.folder}/running/{name}", bench.server_core,
                         lambda port: [f"{self.source}/run", self.place, str(port)])
        with open(f"{self.source}/about.json", encoding="utf-8") as file:
            self.about = json.load(file)
        self.token = None

    def version(self):
        return subprocess.run([f"{self.source}/version", self.place], check=True, capture_output=True,
                              text=True).stdout.strip()
