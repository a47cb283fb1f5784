import { type Construct } from 'constructs';
import { check } from '../core/problems';
import { type WorkloadOptions } from '../services/workload';
import { type TrainingPipelineProps } from './training-pipeline';

/** What Argo fills in of each run. */
const OF_RUN = ['workflow.name', 'workflow.namespace', 'workflow.uid'];

/** Checks that parameters and the placeholders in commands and variables are the same; Argo would notice only when a run starts, or never. */
export function checkParameters(scope: Construct, { parameters = {}, train, test }: TrainingPipelineProps): void {
  const names = Object.keys(parameters);
  const known = [...names.map(name => `workflow.parameters.${name}`), ...OF_RUN];
  const used = [...placeholders('train', train), ...test ? placeholders('test', test) : []];
  for (const { key, placeholder } of used.filter(({ placeholder: text }) => !known.includes(text))) {
    check(scope, false, () =>
      `\`${key}\` has {{${placeholder}}}: Argo fills in ${known.map(text => `{{${text}}}`).join(', ')}. Use one of these as it is written here, or add the parameter.`);
  }
  for (const name of names) {
    check(scope, /^[-\w]+$/.test(name), () => `\`parameters\` has the name "${name}": Argo allows letters, digits, "-" and "_". Rename it.`);
    check(scope, used.some(({ placeholder }) => placeholder === `workflow.parameters.${name}`), () =>
      `\`parameters\` has ${name}: no command and no variable of a step reads it, so choosing it would do nothing. Write {{workflow.parameters.${name}}} where it belongs, or leave it out.`);
    check(scope, train.pyTorchJob === undefined || !/["\\\n]/.test(parameters[name]!), () =>
      `\`parameters\` has ${JSON.stringify(parameters[name])} for ${name}: Argo writes it into the JSON of the PyTorchJob as it is. Leave out quotes, backslashes and line ends.`);
  }
}

function placeholders(step: string, { command, environment = {} }: WorkloadOptions): { key: string; placeholder: string }[] {
  const texts = [...command.map(text => ({ key: `${step}.command`, text })), ...Object.values(environment).map(text => ({ key: `${step}.environment`, text }))];
  return texts.flatMap(({ key, text }) => [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, placeholder = '']) => ({ key, placeholder })));
}
