import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const ROOT = join(__dirname, '..');
const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter(file => file.endsWith('.md')).map(file => `docs/${file}`)];

interface Example {
  readonly title: string;
  readonly code: string;
  readonly file: string;
}

const OUT = join(ROOT, 'out');
mkdirSync(OUT, { recursive: true });
const folder = mkdtempSync(join(OUT, 'examples-'));
const examples: Example[] = pages.flatMap(page =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => {
    const file = join(folder, `${page.replace(/\W/g, '-')}-${index + 1}.ts`);
    writeFileSync(file, code);
    return { title: `${page}, example ${index + 1}`, code, file };
  }));

afterAll(() => { rmSync(folder, { recursive: true }); });

test('every example in the documentation compiles; otherwise a reader copies code that does not', () => {
  expect(examples.length).toBeGreaterThanOrEqual(7);
  const program = ts.createProgram(examples.map(({ file }) => file), {
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmit: true, skipLibCheck: true,
    noUnusedLocals: true, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { 'cdk8s-aipod': [join(ROOT, 'lib/index.ts')] },
  });
  const messages = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName.split('/').at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  expect(messages).toEqual([]);
}, 120_000);

test.each(examples)('$title runs and writes manifests', ({ file }) => {
  process.env.CDK8S_OUTDIR = join(folder, 'dist');
  rmSync(process.env.CDK8S_OUTDIR, { recursive: true, force: true });
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(file);
  });
  const written = readdirSync(process.env.CDK8S_OUTDIR, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.yaml'));
  // An example that only shows a rule writes an empty environment.
  if (readFileSync(file, 'utf8').includes('.layer(')) expect(written.length).toBeGreaterThan(0);
  for (const path of written) expect(parseAllDocuments(readFileSync(join(process.env.CDK8S_OUTDIR, path), 'utf8')).flatMap(({ errors }) => errors)).toEqual([]);
});

test('the mistakes that the README shows are reported word for word; otherwise it promises what is not there', () => {
  const readme = examples[0]!;
  const wrong = readme.code
    .replace("address: '198.51.100.12'", "address: '198.51.100.11'")
    .replace("image: 'netapp/tensorflow-py2:19.03.0'", "gpus: 12, image: 'netapp/tensorflow-py2'");
  const file = join(folder, 'mistakes.ts');
  writeFileSync(file, wrong);
  const shown = /^```text\n(3 mistakes.*?)\n```$/ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  expect(() => {
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      require(file);
    });
  }).toThrow(new Error(shown));
});

test('links between pages lead somewhere; otherwise a reader is lost', () => {
  const broken = pages.flatMap(page => [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !existsSync(join(ROOT, page, '..', target)))
    .map(target => `${page}: ${target}`));
  expect(broken).toEqual([]);
});
