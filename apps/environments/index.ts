import { type Environment } from '../environment';
import { dev } from './dev';
import { lab } from './lab';
import { prod } from './prod';

/** Every environment; each becomes a folder in dist/. */
export const environments: readonly Environment[] = [lab, dev, prod];
