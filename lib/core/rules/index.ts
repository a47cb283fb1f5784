import { type Rule } from '../model';
import { accessModes } from './access-modes';
import { credentials } from './credentials';
import { defaultClass } from './default-class';
import { duplicates } from './duplicates';
import { gpus } from './gpus';
import { hostPorts } from './host-ports';
import { images } from './images';
import { names } from './names';
import { nodePorts } from './node-ports';
import { podSecurity } from './pod-security';
import { quantities } from './quantities';
import { queues } from './queues';
import { references } from './references';
import { selectors } from './selectors';

/** Rules that hold for every environment, whatever systems it has. */
export const CORE_RULES: readonly Rule[] = [
  duplicates, names, references, defaultClass, accessModes, quantities, gpus, queues, hostPorts, nodePorts, images, credentials, selectors, podSecurity,
];
