/** Types are checked by `tsc -p test` before jest runs; swc only strips them. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Examples in the documentation import the package by its name.
  moduleNameMapper: { '^cdk8s-aipod$': '<rootDir>/lib/index.ts' },
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
};
