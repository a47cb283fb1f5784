import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'imports/', 'docs/', 'node_modules/', '*.js', '*.cjs', '*.mjs', 'scripts/'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./test/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Constructs register themselves with their scope.
      '@typescript-eslint/no-unused-expressions': 'error',
      'no-new': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Manifests are JSON of any shape; rules and tests read them.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A short name for a long type, which messages and pages then show.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
    },
  },
  {
    files: ['lib/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [{
        name: 'cdk8s-plus-27', allowTypeImports: true, message: 'Import types only: to load the package takes longer than a synth. Manifests are written as plain objects, see lib/core/kinds.ts.',
      }], patterns: [{ group: ['**/imports/*'], allowTypeImports: true, message: 'Import types only: manifests are written as plain objects, see lib/core/kinds.ts.' }] }],
    },
  },
);
