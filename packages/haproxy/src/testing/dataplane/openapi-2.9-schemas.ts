/**
 * Of the schemas of HAProxy's Data Plane API 2.9: the fields that are sent or answered here, taken by a script from its
 * OpenAPI file (Apache-2.0, HAProxy Technologies). A field that is not here counts as unknown.
 */
import type { Schema } from './openapi.ts';

export const schemas2: Readonly<Record<string, Schema>> = {
  backend: {
    type: 'object',
    properties: {
      balance: { ref: 'balance' },
      default_server: { ref: 'default_server' },
      from: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
      mode: { type: 'string', enum: ['http', 'tcp', 'log'] },
      name: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
      server_timeout: { type: 'integer' },
      tunnel_timeout: { type: 'integer' },
    },
    required: ['name'],
  },
  balance: {
    type: 'object',
    properties: {
      algorithm: {
        type: 'string',
        enum: [
          'first',
          'hash',
          'hdr',
          'leastconn',
          'random',
          'rdp-cookie',
          'roundrobin',
          'source',
          'static-rr',
          'uri',
          'url_param',
        ],
      },
    },
    required: ['algorithm'],
  },
  bind: {
    type: 'object',
    properties: {
      name: { type: 'string', pattern: '^[^\\s]+$' },
      address: { type: 'string', pattern: '^[^\\s]+$' },
      port: { type: 'integer', minimum: 1, maximum: 65535 },
      'port-range-end': { type: 'integer', minimum: 1, maximum: 65535 },
    },
  },
  binds: { type: 'array', items: { ref: 'bind' } },
  default_server: {
    type: 'object',
    properties: {
      check: { type: 'string', enum: ['enabled', 'disabled'] },
      fall: { type: 'integer' },
      inter: { type: 'integer' },
      maxconn: { type: 'integer' },
      rise: { type: 'integer' },
      'send-proxy-v2': { type: 'string', enum: ['enabled', 'disabled'] },
      slowstart: { type: 'integer' },
    },
  },
  defaults: {
    type: 'object',
    properties: {
      balance: { ref: 'balance' },
      client_timeout: { type: 'integer' },
      default_server: { ref: 'default_server' },
      maxconn: { type: 'integer' },
      mode: { type: 'string', enum: ['tcp', 'http', 'log'] },
      name: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
      server_timeout: { type: 'integer' },
      tunnel_timeout: { type: 'integer' },
    },
  },
  error: {
    type: 'object',
    properties: { code: { type: 'integer' }, message: { type: 'string' } },
    required: ['code', 'message'],
  },
  frontend: {
    type: 'object',
    properties: {
      client_timeout: { type: 'integer' },
      default_backend: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
      from: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
      maxconn: { type: 'integer' },
      mode: { type: 'string', enum: ['http', 'tcp'] },
      name: { type: 'string', pattern: '^[A-Za-z0-9-_.:]+$' },
    },
    required: ['name'],
  },
  frontends: { type: 'array', items: { ref: 'frontend' } },
  info: {
    type: 'object',
    properties: {
      api: { type: 'object', properties: { build_date: { type: 'string' }, version: { type: 'string' } } },
    },
  },
  native_stat: {
    type: 'object',
    properties: {
      backend_name: { type: 'string' },
      name: { type: 'string' },
      stats: { ref: 'native_stat_stats' },
      type: { type: 'string', enum: ['backend', 'server', 'frontend'] },
    },
  },
  native_stat_stats: {
    type: 'object',
    properties: {
      addr: { type: 'string' },
      check_status: {
        type: 'string',
        enum: [
          'UNK',
          'INI',
          'SOCKERR',
          'L4OK',
          'L4TOUT',
          'L4CON',
          'L6OK',
          'L6TOUT',
          'L6RSP',
          'L7OK',
          'L7OKC',
          'L7TOUT',
          'L7RSP',
          'L7STS',
        ],
      },
      lastchg: { type: 'integer' },
      mode: { type: 'string', enum: ['tcp', 'http', 'health', 'unknown'] },
      scur: { type: 'integer' },
      status: { type: 'string', enum: ['UP', 'DOWN', 'NOLB', 'MAINT', 'no check'] },
      weight: { type: 'integer' },
    },
  },
  native_stats: { type: 'array', items: { ref: 'native_stats_collection' } },
  native_stats_collection: {
    type: 'object',
    properties: {
      error: { type: 'string' },
      runtimeAPI: { type: 'string' },
      stats: { type: 'array', items: { ref: 'native_stat' } },
    },
  },
  process_info: {
    type: 'object',
    properties: { error: { type: 'string' }, info: { ref: 'process_info_item' }, runtimeAPI: { type: 'string' } },
  },
  process_info_item: {
    type: 'object',
    properties: { pid: { type: 'integer' }, uptime: { type: 'integer' }, version: { type: 'string' } },
  },
  process_infos: { type: 'array', items: { ref: 'process_info' } },
  reload: {
    type: 'object',
    properties: {
      id: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}-\\d+$' },
      reload_timestamp: { type: 'integer' },
      response: { type: 'string' },
      status: { type: 'string', enum: ['failed', 'in_progress', 'succeeded'] },
    },
  },
  runtime_add_server: {
    type: 'object',
    properties: {
      address: { type: 'string', pattern: '^[^\\s]+$' },
      check: { type: 'string', enum: ['enabled', 'disabled'] },
      fall: { type: 'integer' },
      inter: { type: 'integer' },
      name: { type: 'string' },
      port: { type: 'integer', minimum: 1, maximum: 65535 },
      rise: { type: 'integer' },
      weight: { type: 'integer' },
    },
  },
  runtime_server: {
    type: 'object',
    properties: {
      address: { type: 'string', pattern: '^[^\\s]+$' },
      admin_state: { type: 'string', enum: ['ready', 'maint', 'drain'] },
      id: { type: 'string' },
      name: { type: 'string' },
      operational_state: { type: 'string', enum: ['up', 'down', 'stopping'] },
      port: { type: 'integer', minimum: 1, maximum: 65535 },
    },
  },
  runtime_servers: { type: 'array', items: { ref: 'runtime_server' } },
  server: {
    type: 'object',
    properties: {
      check: { type: 'string', enum: ['enabled', 'disabled'] },
      fall: { type: 'integer' },
      'init-addr': { type: 'string', pattern: '^[^\\s]+$' },
      inter: { type: 'integer' },
      maxconn: { type: 'integer' },
      resolvers: { type: 'string', pattern: '^[^\\s]+$' },
      rise: { type: 'integer' },
      slowstart: { type: 'integer' },
      weight: { type: 'integer' },
      address: { type: 'string', pattern: '^[^\\s]+$' },
      name: { type: 'string', pattern: '^[^\\s]+$' },
      port: { type: 'integer', minimum: 1, maximum: 65535 },
    },
    required: ['address', 'name'],
  },
  servers: { type: 'array', items: { ref: 'server' } },
  transaction: {
    type: 'object',
    properties: {
      _version: { type: 'integer' },
      id: { type: 'string', pattern: '^[^\\s]+$' },
      status: { type: 'string', enum: ['failed', 'outdated', 'in_progress', 'success'] },
    },
  },
};
