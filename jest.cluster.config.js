/** Tests on a real control plane, started by scripts/cluster-test.mjs; `npm test` does not run them. */
module.exports = {
  ...require('./jest.config'),
  roots: ['<rootDir>/test/cluster'],
  testMatch: ['**/*.cluster.ts'],
  testTimeout: 600_000,
  verbose: true,
  globalTeardown: '<rootDir>/test/cluster/harness/print-table.ts',
};
