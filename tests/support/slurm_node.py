"""A real Slurm of one node, for tests: controller, daemon and munge, on the loopback interface alone, without systemd.

Accounting is off, and submitit would wait for ever for a killed job's account, so `sacct` is stood in for by a script
that asks the controller.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from getpass import getuser
from pathlib import Path

HOST = socket.gethostname().split(".")[0]
NEEDED = ("slurmctld", "slurmd", "munged", "sbatch")

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort={controller}
SlurmdPort={daemon}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=5
MinJobAge=600
MaxArraySize=4
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES
"""

SACCT = """\
#!{python}
import re, subprocess, sys
print("JobID|State|NodeList")
for job in (after for before, after in zip(sys.argv, sys.argv[1:]) if before == "-j"):
    told = subprocess.run(["scontrol", "-o", "show", "job", job], capture_output=True, text=True).stdout
    for line in told.splitlines():
        known = dict(re.findall(r"(\\w+)=(\\S*)", line))
        if "JobId" in known:
            task = known.get("ArrayTaskId", "")
            within = f"_{{task}}" if task.isdigit() else f"_[{{task}}]"
            name = known["ArrayJobId"] + within if task else known["JobId"]
            print(name, known["JobState"], known.get("NodeList", ""), sep="|")
"""


def is_installed() -> bool:
    """Whether the programs are there."""
    return all(shutil.which(program) for program in NEEDED)


class SlurmNode:
    """Entering starts it; `environment` is what clients need to find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def __enter__(self) -> "SlurmNode":
        for name in ("state", "spool", "munge", "bin"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "munge").chmod(0o755)
        (self.folder / "slurm.conf").write_text(self._configuration())
        sacct = self.folder / "bin" / "sacct"
        sacct.write_text(SACCT.format(python=sys.executable))
        sacct.chmod(0o755)
        self._start_munge()
        self._do("slurmctld")
        self._do("slurmd", "-N", HOST)
        self._await_idle()
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["scancel", "-u", getuser()], env=os.environ | self.environment, check=False)
        time.sleep(1)
        for name in ("slurmd.pid", "slurmctld.pid", "munge/munged.pid"):
            path = self.folder / name
            if path.exists():
                os.kill(int(path.read_text()), signal.SIGTERM)

    def ask(self, *command: str) -> str:
        """What one of Slurm's own commands says."""
        return self._do(*command).stdout

    def _configuration(self) -> str:
        known = dict(part.split("=", 1) for part in subprocess.check_output(["slurmd", "-C"], text=True).split())
        places = {"host": HOST, "user": getuser(), "folder": self.folder}
        ports = {"controller": _free_port(), "daemon": _free_port()}
        return CONFIGURATION.format(**places, **ports, cpus=os.cpu_count(), memory=int(known["RealMemory"]) - 500)

    def _start_munge(self) -> None:
        folder = self.folder / "munge"
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        names = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid"}
        names |= {"log-file": "munged.log", "seed-file": "munged.seed"}
        self._do("munged", "--force", *(f"--{option}={folder / name}" for option, name in names.items()))

    def _await_idle(self) -> None:
        for _ in range(100):
            if "idle" in self._do("sinfo", "-h", "-o", "%T", check=False).stdout:
                return
            time.sleep(0.2)
        raise RuntimeError((self.folder / "slurmctld.log").read_text()[-2000:])

    def _do(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | self.environment
        return subprocess.run(command, env=environment, check=check, capture_output=True, text=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
