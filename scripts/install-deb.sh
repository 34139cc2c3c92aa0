#!/bin/bash
# Installs the package given, waits for the service, and says what to try.
set -euo pipefail
deb=$(realpath "$1")
if [ "$(id -u)" != 0 ]; then
	echo "installing a package needs root; run: sudo make install" >&2
	exit 77
fi

echo "installing $deb"
apt-get install -y "$deb"

# The service answers through the address itself once rule and server are both there.
answers() {
	curl --silent --fail --max-time 1 --output /dev/null http://169.254.169.254/latest/meta-data/
}
if [[ $(fake-metadata-setup status || true) =~ rule\ [^$'\n']*:\ in\ place ]]; then
	for _ in $(seq 50); do
		if answers; then
			cat <<'TEXT'

fake-metadata is running. Try:
  curl http://169.254.169.254/latest/meta-data/
  aws configure list
  fake-metadata-setup status
To undo everything: apt remove fake-metadata
TEXT
			exit 0
		fi
		sleep 0.1
	done
	echo "the service does not answer; see: journalctl -u fake-metadata, or /var/log/fake-metadata/server.log" >&2
	exit 1
fi
cat <<'TEXT'

fake-metadata is installed, but its services did not start: no init system is
running, or policy-rc.d(8) forbids it, or the messages above say why. By hand:
  fake-metadata-setup apply --runtime
  setpriv --reuid=_fake-metadata --regid=_fake-metadata --clear-groups fake-metadata serve
TEXT
