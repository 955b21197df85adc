// Lets a plain `node -C source --require` run the sources, as jest does: for the child processes of tests.
const swc = require('@swc/core');
const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
require.extensions['.ts'] = (module, filename) =>
  module._compile(swc.transformFileSync(filename, options).code, filename);
