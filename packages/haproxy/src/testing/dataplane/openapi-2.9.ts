/**
 * The operations of HAProxy's Data Plane API 2.9 that the driver uses, with all their query parameters and statuses:
 * taken by a script from its OpenAPI file (Apache-2.0, HAProxy Technologies).
 */
import type { OpenApi } from './openapi.ts';
import { schemas2 } from './openapi-2.9-schemas.ts';

export const openApi2: OpenApi = {
  base: '/v2',
  operations: {
    'GET /info': { query: {}, answers: { 200: { ref: 'info' }, default: { ref: 'error' } } },
    'GET /services/haproxy/configuration/version': {
      query: { transaction_id: 'string' },
      answers: { 200: { type: 'integer' }, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
    'POST /services/haproxy/transactions': {
      query: { version: 'integer' },
      required: ['version'],
      answers: { 201: { ref: 'transaction' }, 429: { ref: 'error' }, default: { ref: 'error' } },
    },
    'PUT /services/haproxy/transactions/{id}': {
      query: { force_reload: 'boolean' },
      answers: {
        200: { ref: 'transaction' },
        202: { ref: 'transaction', reload: true },
        400: { ref: 'error' },
        404: { ref: 'error' },
        406: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'DELETE /services/haproxy/transactions/{id}': {
      query: {},
      answers: { 204: {}, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
    'GET /services/haproxy/configuration/backends/{name}': {
      query: { transaction_id: 'string' },
      answers: {
        200: { type: 'object', properties: { _version: { type: 'integer' }, data: { ref: 'backend' } } },
        404: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'POST /services/haproxy/configuration/backends': {
      query: { transaction_id: 'string', version: 'integer', force_reload: 'boolean' },
      body: { ref: 'backend' },
      answers: {
        201: { ref: 'backend' },
        202: { ref: 'backend', reload: true },
        400: { ref: 'error' },
        409: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/configuration/frontends': {
      query: { transaction_id: 'string' },
      answers: {
        200: {
          type: 'object',
          properties: { _version: { type: 'integer' }, data: { ref: 'frontends' } },
          required: ['data'],
        },
        default: { ref: 'error' },
      },
    },
    'POST /services/haproxy/configuration/frontends': {
      query: { transaction_id: 'string', version: 'integer', force_reload: 'boolean' },
      body: { ref: 'frontend' },
      answers: {
        201: { ref: 'frontend' },
        202: { ref: 'frontend', reload: true },
        400: { ref: 'error' },
        409: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/configuration/defaults': {
      query: { transaction_id: 'string' },
      answers: {
        200: { type: 'object', properties: { _version: { type: 'integer' }, data: { ref: 'defaults' } } },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/configuration/raw': {
      query: { transaction_id: 'string', version: 'integer' },
      answers: {
        200: {
          type: 'object',
          properties: { _version: { type: 'integer' }, data: { type: 'string' } },
          required: ['data'],
        },
        default: { ref: 'error' },
      },
    },
    'POST /services/haproxy/configuration/raw': {
      query: {
        skip_version: 'boolean',
        skip_reload: 'boolean',
        only_validate: 'boolean',
        version: 'integer',
        force_reload: 'boolean',
      },
      body: { type: 'string' },
      text: true,
      answers: {
        201: { type: 'string' },
        202: { type: 'string', reload: true },
        400: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/runtime/info': {
      query: {},
      answers: { 200: { ref: 'process_infos' }, default: { ref: 'error' } },
    },
    'GET /services/haproxy/stats/native': {
      query: { type: 'string', name: 'string', parent: 'string' },
      answers: { 200: { ref: 'native_stats' }, 500: { ref: 'native_stats' }, default: { ref: 'error' } },
    },
    'GET /services/haproxy/reloads/{id}': {
      query: {},
      answers: { 200: { ref: 'reload' }, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
    'GET /services/haproxy/configuration/binds': {
      query: { frontend: 'string', parent_name: 'string', parent_type: 'string', transaction_id: 'string' },
      answers: {
        200: {
          type: 'object',
          properties: { _version: { type: 'integer' }, data: { ref: 'binds' } },
          required: ['data'],
        },
        default: { ref: 'error' },
      },
    },
    'POST /services/haproxy/configuration/binds': {
      query: {
        frontend: 'string',
        parent_name: 'string',
        parent_type: 'string',
        transaction_id: 'string',
        version: 'integer',
        force_reload: 'boolean',
      },
      body: { ref: 'bind' },
      answers: {
        201: { ref: 'bind' },
        202: { ref: 'bind', reload: true },
        400: { ref: 'error' },
        409: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/configuration/servers': {
      query: { backend: 'string', parent_name: 'string', parent_type: 'string', transaction_id: 'string' },
      answers: {
        200: {
          type: 'object',
          properties: { _version: { type: 'integer' }, data: { ref: 'servers' } },
          required: ['data'],
        },
        default: { ref: 'error' },
      },
    },
    'POST /services/haproxy/configuration/servers': {
      query: {
        backend: 'string',
        parent_name: 'string',
        parent_type: 'string',
        transaction_id: 'string',
        version: 'integer',
        force_reload: 'boolean',
      },
      body: { ref: 'server' },
      answers: {
        201: { ref: 'server' },
        202: { ref: 'server', reload: true },
        400: { ref: 'error' },
        409: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/configuration/servers/{name}': {
      query: { backend: 'string', parent_name: 'string', parent_type: 'string', transaction_id: 'string' },
      answers: {
        200: { type: 'object', properties: { _version: { type: 'integer' }, data: { ref: 'server' } } },
        404: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'PUT /services/haproxy/configuration/servers/{name}': {
      query: {
        backend: 'string',
        parent_name: 'string',
        parent_type: 'string',
        transaction_id: 'string',
        version: 'integer',
        force_reload: 'boolean',
      },
      body: { ref: 'server' },
      answers: {
        200: { ref: 'server' },
        202: { ref: 'server', reload: true },
        400: { ref: 'error' },
        404: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'DELETE /services/haproxy/configuration/servers/{name}': {
      query: {
        backend: 'string',
        parent_name: 'string',
        parent_type: 'string',
        transaction_id: 'string',
        version: 'integer',
        force_reload: 'boolean',
      },
      answers: { 202: { reload: true }, 204: {}, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
    'GET /services/haproxy/runtime/servers': {
      query: { backend: 'string' },
      required: ['backend'],
      answers: { 200: { ref: 'runtime_servers' }, default: { ref: 'error' } },
    },
    'POST /services/haproxy/runtime/servers': {
      query: { backend: 'string' },
      required: ['backend'],
      body: { ref: 'runtime_add_server' },
      answers: {
        201: { ref: 'runtime_add_server' },
        400: { ref: 'error' },
        404: { ref: 'error' },
        409: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'GET /services/haproxy/runtime/servers/{name}': {
      query: { backend: 'string' },
      required: ['backend'],
      answers: { 200: { ref: 'runtime_server' }, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
    'PUT /services/haproxy/runtime/servers/{name}': {
      query: { backend: 'string' },
      required: ['backend'],
      body: { ref: 'runtime_server' },
      answers: {
        200: { ref: 'runtime_server' },
        400: { ref: 'error' },
        404: { ref: 'error' },
        default: { ref: 'error' },
      },
    },
    'DELETE /services/haproxy/runtime/servers/{name}': {
      query: { backend: 'string' },
      required: ['backend'],
      answers: { 204: {}, 400: { ref: 'error' }, 404: { ref: 'error' }, default: { ref: 'error' } },
    },
  },
  schemas: schemas2,
};
