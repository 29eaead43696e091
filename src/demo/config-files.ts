import { demoImages, type DemoImage } from './images.ts';

/** The digests of the images that the repository starts with, by `name:tag`. */
export type Digests = ReadonlyMap<string, string>;

/**
 * The demo's config repository: three services in two environments, each written the way people write them, and an annotated
 * workload. `host` is the registry's.
 */
export function configFiles(host: string, digests: Digests): Record<string, string> {
  const image = (name: DemoImage): string => `${host}/acme/${name}`;
  return {
    'README.md':
      '# Config repository of the demo\n\nMade by `tallyman demo`. Clone it, read its log, change a policy, push.\n',
    'clusters/staging/web/policy.yaml': policy(
      'web-staging',
      image('web'),
      '    semver: ">=1.4.0-0"   # release candidates too\n',
      '  exclude: ["*-debug"]\n',
    ),
    'clusters/staging/web/deployment.yaml': oddDeployment(image('web'), demoImages.web.first),
    'clusters/staging/api/policy.yaml': policy(
      'api-staging',
      image('api'),
      '    glob: {pattern: "main-*", order: newest}\n',
    ),
    'clusters/staging/api/kustomization.yaml': kustomization('api', image('api'), 'main-3f9c2d1'),
    'clusters/staging/worker/policy.yaml': policy('worker-staging', image('worker'), '    semver: "*"\n'),
    'clusters/staging/worker/values.yaml': helmValues(image('worker'), demoImages.worker.first, undefined),
    'clusters/prod/web/policy.yaml': policy(
      'web-prod',
      image('web'),
      '    semver: "~1.4"   # only fixes of 1.4\n',
    ),
    'clusters/prod/web/deployment.yaml': oddDeployment(image('web'), demoImages.web.first),
    'clusters/prod/api/policy.yaml': policy('api-prod', image('api'), '    semver: ">=2.2 <3"\n'),
    'clusters/prod/api/kustomization.yaml': kustomization('api', image('api'), demoImages.api.first),
    'clusters/prod/worker/policy.yaml': policy(
      'worker-prod',
      image('worker'),
      '    semver: "^0.9"\n',
      '  exclude: ["*-debug"]\n',
    ),
    'clusters/prod/worker/values.yaml': helmValues(
      image('worker'),
      demoImages.worker.first,
      digests.get(`worker:${demoImages.worker.first}`),
    ),
    'clusters/prod/mailer/deployment.yaml': annotated(image('mailer'), demoImages.mailer.first),
  };
}

function policy(name: string, image: string, rule: string, more = ''): string {
  return `# +argocd:skip-file-rendering
apiVersion: tallyman.dev/v1
kind: ImagePolicy
metadata:
  name: ${name}
  annotations: {config.kubernetes.io/local-config: "true"}
spec:
  image: ${image}
  policy:
${rule}${more}`;
}

/** Four spaces here, three there, comments in columns, quotes that nobody needs: none of it may change. */
function oddDeployment(image: string, tag: string): string {
  return `---
# Owned by team web. Ask in the channel before you touch the probes!

apiVersion: apps/v1
kind: "Deployment"
metadata: {name: web, labels: {app: web,   tier: front}}
spec:
    replicas: 3            # two are not enough on Mondays
    selector:
        matchLabels: {app: web}
    template:
        metadata:
            labels:
                app: web
        spec:
            containers:

            -   name:  web
                image:   '${image}:${tag}'     # the one line that moves
                ports: [ {containerPort: 8080} ]
                env:
                - {name: MODE,  value: "0755"}
                # - {name: DEBUG, value: "1"}


            terminationGracePeriodSeconds:   30
`;
}

function kustomization(name: string, image: string, tag: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../../base/${name}
images:
  - name: ${name}            # the name in the base
    newName: ${image}
    newTag: ${tag}
`;
}

function helmValues(image: string, tag: string, digest: string | undefined): string {
  return `# Values of the worker's chart.
replicaCount: 2
image:
  repository: ${image}
  tag: "${tag}"
${digest === undefined ? '' : `  digest: ${digest}\n`}  pullPolicy: IfNotPresent
resources:
  limits: {memory: 128Mi}
`;
}

function annotated(image: string, tag: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: mailer
  annotations:
    tallyman.dev/policy: "semver:~3.1"   # opt-in without a policy file
spec:
  selector: {matchLabels: {app: mailer}}
  template:
    metadata: {labels: {app: mailer}}
    spec:
      containers:
        - name: mailer
          image: ${image}:${tag}
`;
}
