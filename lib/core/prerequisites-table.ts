import { type DeclaredPrerequisite } from './prerequisites';

/**
 * What must be true before the first apply, as a Markdown table to work through from top to bottom, and the commands by number.
 * @param folder where the commands are to be run
 */
export function prerequisitesTable(environment: string, prerequisites: readonly DeclaredPrerequisite[], folder: string): string {
  if (prerequisites.length === 0) return `# Before applying ${environment}\n\nNothing is needed.\n`;
  const rows = prerequisites.map(({ area, what, neededBy }, index) =>
    `| ${index + 1} | ${area} | ${what.replaceAll('|', '\\|')} | ${neededBy.map(shortest).join(', ')} | [ ] |`);
  const commands = prerequisites.flatMap(({ commands: lines = [] }, index) => (lines.length > 0 ? [`# ${index + 1}`, ...lines, ''] : []));
  return [
    `# Before applying ${environment}`,
    '',
    '| # | Where | What must be true | Needed by | Done |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...(commands.length > 0 ? [`Commands, by number; run them in ${folder}:`, '', '```sh', ...commands.slice(0, -1), '```', ''] : []),
  ].join('\n');
}

/** The last two parts of a construct path say enough in a table. */
const shortest = (path: string): string => path.split('/').slice(-2).join('/') || 'everything';
