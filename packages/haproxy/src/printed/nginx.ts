/** A complete configuration of nginx for a cluster, as a TCP proxy (module `stream`), commented. */
import type { WantedServer } from '../driver.ts';
import { checkedSite, connectionsOf, hostOf, type Site } from './site.ts';

/** Throws a `HaproxyError` for names that cannot stand in it. */
export function printNginx(site: Site): string {
  const known = checkedSite(site);
  const connections = connectionsOf(known) * 2;
  return `# nginx in front of the Wazuh cluster "${known.cluster}", printed by: muster lb nginx
# Put it in the place of nginx.conf. Check it:  nginx -t    Use it:  nginx -s reload
# Muster does not drive nginx: a node that joins or goes has to be changed here, and agents that are connected
# stay where they are until they connect anew. muster lb haproxy prints what Muster drives.
user www-data;
worker_processes auto;
pid /run/nginx.pid;
# Each agent takes two connections; the service needs that many file descriptors for each worker process.
worker_rlimit_nofile ${connections + 500};
# The module "stream" comes with nginx.org's packages, and as libnginx-mod-stream with Debian's.
include /etc/nginx/modules-enabled/*.conf;

events {
    worker_connections ${connections};
}

# Agents speak TCP that is not HTTP: this block stands beside http { }, not in it.
stream {
    upstream ${known.backend} {
        # Whoever has the fewest agents gets the next one.
        least_conn;
${known.nodes.map(nodeLine).join('\n')}
    }

    upstream wazuh_register {
        server ${hostOf(known.master.address)}:${known.registrationPort};
    }

    # Agents report here.
    server {
        listen ${bound(known, known.agentPort)};
        proxy_connect_timeout 5s;
        # Agents speak every 10 to 20 s: well above three of their keep-alives.
        proxy_timeout 10m;
        proxy_socket_keepalive on;
        proxy_pass ${known.backend};
    }

    # New agents enrol here: the master alone gives them keys.
    server {
        listen ${bound(known, known.registrationPort)};
        proxy_connect_timeout 5s;
        proxy_timeout 1m;
        proxy_pass wazuh_register;
    }
}
`;
}

const bound = ({ bind }: Site, port: number): string => (bind === undefined ? `${port}` : `${hostOf(bind)}:${port}`);

const nodeLine = ({ name, address, port, weight }: WantedServer): string =>
  `        server ${hostOf(address)}:${port} weight=${weight} max_fails=3 fail_timeout=10s; # ${name}`;
