/** How HAProxy is started with the printed files: a unit of systemd, or a script for init. */

export interface ServiceFiles {
  /** As `-f` takes them, in this order: files, or folders of `.cfg` files. */
  readonly configs: readonly string[];
  /** The limit of file descriptors. */
  readonly files: number;
}

const flags = ({ configs }: ServiceFiles): string => configs.map((path) => `-f ${path}`).join(' ');

/** For `/etc/systemd/system/haproxy.service`. */
export const printUnit = (
  service: ServiceFiles,
): string => `# HAProxy for a Wazuh cluster, printed by: muster lb haproxy --service systemd
# Put it into /etc/systemd/system/haproxy.service, then: systemctl daemon-reload && systemctl restart haproxy
[Unit]
Description=HAProxy, load balancer of the Wazuh cluster
Documentation=man:haproxy(1)
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
RuntimeDirectory=haproxy
RuntimeDirectoryMode=2775
LimitNOFILE=${service.files}
ExecStartPre=/usr/sbin/haproxy -c -q ${flags(service)}
ExecStart=/usr/sbin/haproxy -Ws ${flags(service)} -p /run/haproxy.pid
# For what you edit yourself. Muster never needs a reload: it leaves the old process with its agents behind.
ExecReload=/usr/sbin/haproxy -c -q ${flags(service)}
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
SuccessExitStatus=143
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`;

/** For `/etc/init.d/haproxy`, POSIX sh alone. */
export const printInitScript = (service: ServiceFiles): string => `#!/bin/sh
# HAProxy for a Wazuh cluster, printed by: muster lb haproxy --service init
# Put it into /etc/init.d/haproxy, mode 0755.
### BEGIN INIT INFO
# Provides:          haproxy
# Required-Start:    $local_fs $network $remote_fs
# Required-Stop:     $local_fs $network $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: HAProxy, load balancer of the Wazuh cluster
### END INIT INFO

HAPROXY="\${HAPROXY:-/usr/sbin/haproxy}"
PIDFILE="\${PIDFILE:-/run/haproxy.pid}"
RUNDIR="\${RUNDIR:-/run/haproxy}"
FILES="${flags(service)}"

running() {
    [ -s "$PIDFILE" ] && kill -0 "$(head -n 1 "$PIDFILE")" 2>/dev/null
}

check() {
    # shellcheck disable=SC2086
    "$HAPROXY" -c -q $FILES
}

start() {
    if running; then
        echo "haproxy runs already, as process $(head -n 1 "$PIDFILE")."
        return 0
    fi
    mkdir -p "$RUNDIR" && check || return 1
    # A lower hard limit may stand in the way: then HAProxy says so itself.
    case "$(ulimit -n)" in
        unlimited) ;;
        *) [ "$(ulimit -n)" -ge ${service.files} ] || ulimit -n ${service.files} 2>/dev/null ;;
    esac
    # shellcheck disable=SC2086
    "$HAPROXY" -D $FILES -p "$PIDFILE"
}

stop() {
    running || { rm -f "$PIDFILE"; return 0; }
    pid=$(head -n 1 "$PIDFILE")
    kill -TERM "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 50 ]; then kill -KILL "$pid"; break; fi
        sleep 0.1
    done
    rm -f "$PIDFILE"
}

# The old process keeps its agents until they leave. Muster needs no reload: this is for what you edit yourself.
reload() {
    running || { start; return; }
    check || return 1
    # shellcheck disable=SC2046,SC2086
    "$HAPROXY" -D $FILES -p "$PIDFILE" -sf $(cat "$PIDFILE")
}

case "$1" in
    start) start ;;
    stop) stop ;;
    restart) check && stop && start ;;
    reload | force-reload) reload ;;
    status)
        if running; then
            echo "haproxy runs, as process $(head -n 1 "$PIDFILE")."
        else
            echo "haproxy does not run."
            exit 3
        fi
        ;;
    *)
        echo "Usage: $0 {start|stop|restart|reload|status}" >&2
        exit 2
        ;;
esac
`;
