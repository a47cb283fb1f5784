/**
 * The exact classes of Kubernetes itself. Imported from their own file, because `cdk8s-plus-27` as a whole takes longer to load than a synth
 * takes to run, and as the module itself, because a copy of its three thousand names takes time too.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports
import k8s = require('cdk8s-plus-27/lib/imports/k8s');

export { k8s };
