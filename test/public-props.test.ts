import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const LIB = join(__dirname, '..', 'lib');
/** Names that users can import. */
const exported = new Set(readFileSync(join(LIB, 'index.ts'), 'utf8').replace(/\/\/.*|\/\*[^]*?\*\//g, '').match(/\b[A-Z]\w+/g));
const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts')).map(file => join(LIB, file));

/** Properties of the interfaces and public fields of the classes that users can import, and that `wrong` says something about. */
function properties(wrong: (member: ts.PropertySignature | ts.PropertyDeclaration) => boolean): string[] {
  return files.flatMap(file => {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
    return source.statements
      .filter(statement => ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement))
      .filter(({ name }) => name !== undefined && exported.has(name.text))
      .flatMap(statement => [...statement.members]
        .filter(member => ts.isPropertySignature(member) || ts.isPropertyDeclaration(member))
        .filter(member => !(ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)))
        .filter(wrong)
        .map(member => `${file.slice(LIB.length + 1)}: ${statement.name?.text}.${member.name.getText()}`));
  });
}

test('every public property says what it means; otherwise a user has to read the source', () => {
  expect(properties(member => ts.getJSDocCommentsAndTags(member).length === 0)).toEqual([]);
});

test('every public property is readonly; otherwise a value can change after it was checked', () => {
  expect(properties(member => !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Readonly))).toEqual([]);
});

test('every optional property of a props interface says its default; otherwise a user cannot know what happens without it', () => {
  expect(properties(member => member.questionToken !== undefined && ts.isPropertySignature(member) && /Props|Options/.test((member.parent as ts.InterfaceDeclaration).name.text)
    && !member.getFullText().includes('@default'))).toEqual([]);
});
