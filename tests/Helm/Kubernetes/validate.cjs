// Reads a JSON array of objects for Kubernetes from standard input and prints a line for each place that its API's schemas refuse.
const objects = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const modules = { 'v1': 'v1', 'apps/v1': 'apps/v1', 'batch/v1': 'batch/v1', 'policy/v1': 'policy/v1',
  'autoscaling/v2': 'autoscaling/v2', 'networking.k8s.io/v1': 'networking.k8s.io/v1' };
for (const object of objects) {
  const module = modules[object.apiVersion];
  const model = module && require(`kubernetes-models/${module}/${object.kind}`)[object.kind];
  if (!model) {
    console.log(`${object.kind}/${object.metadata.name}: no schema for ${object.apiVersion} ${object.kind}`);
    continue;
  }
  try {
    new model(object).validate();
  } catch (error) {
    console.log(`${object.kind}/${object.metadata.name}: ${error.message.replaceAll('\n', '; ')}`);
  }
}
