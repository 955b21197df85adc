/** One run for the whole workspace: the sources are transformed by swc, packages are found by their `source` export. */
module.exports = {
  roots: ['<rootDir>/protocol', '<rootDir>/packages', '<rootDir>/actors', '<rootDir>/scripts'],
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'require', 'default'] },
  // jose ships ES modules alone, which jest loads as they are only where Node is told to.
  transformIgnorePatterns: ['/node_modules/(?!(?:\\.pnpm/jose@[^/]*/node_modules/)?jose/)'],
  transform: {
    '^.+\\.(?:ts|js)$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Ends what hangs, and nothing that is only slow: a test waits for at most two minutes at a time.
  testTimeout: 600_000,
};
