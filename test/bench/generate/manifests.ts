import { Random } from './random.ts';

/** One marked image in a manifest. */
export interface Manifest {
  readonly path: string;
  readonly policy: string;
  readonly image: string;
  /** The file's text with this tag in the marked place. */
  text(tag: string): string;
}

/**
 * Manifests of about 6.5 kB as people write them: a Deployment, a Service, a ConfigMap and an autoscaler, with comments
 * and uneven formatting; one marked image in each. `policies` of them take turns.
 */
export function manifests(count: number, policies: number, seed: number): Manifest[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed * 1_000_003 + index);
    const policy = policyName(index % policies);
    const app = `${random.word()}-${index}`;
    const image = imageOf(policy);
    const quote = random.of(['', '', '', '"', "'"]);
    const marker = random.of([`{"$tallyman": "${policy}"}`, `{"$tallyman":"${policy}"}`]);
    const [before, after] = around(app, random);
    return {
      path: `clusters/${random.of(['prod', 'staging', 'dev'])}/team-${index % 97}/${app}.yaml`,
      policy,
      image,
      text: (tag) => `${before}${quote}${image}:${tag}${quote} # ${marker}\n${after}`,
    };
  });
}

export function policyName(index: number): string {
  return `svc-${String(index).padStart(4, '0')}`;
}

export function imageOf(policy: string): string {
  return `registry.example.com/acme/${policy}`;
}

/** ImagePolicy documents, `perFile` to a file. */
export function policyFiles(
  policies: number,
  perFile = 100,
  host = 'registry.example.com',
): Map<string, string> {
  const files = new Map<string, string>();
  for (let start = 0; start < policies; start += perFile) {
    const names = Array.from({ length: Math.min(perFile, policies - start) }, (_, n) =>
      policyName(start + n),
    );
    files.set(
      `policies/${policyName(start)}.yaml`,
      names.map((name) => policyText(name, host)).join('---\n'),
    );
  }
  return files;
}

function policyText(name: string, host: string): string {
  return `apiVersion: tallyman.dev/v1
kind: ImagePolicy
metadata:
  name: ${name}
spec:
  image: ${host}/acme/${name}
  policy:
    semver: "^1.0"
  paths: ["clusters/**"]
`;
}

/** The manifest's text before and after its image. */
function around(app: string, random: Random): [before: string, after: string] {
  const before = `# ${app}: ${random.word()} ${random.word()} of team ${random.word()}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${app}
  labels: {app.kubernetes.io/name: ${app}, app.kubernetes.io/part-of: "${random.word()}"}
  annotations:
    description: >-
      ${sentence(random, 14)}
      ${sentence(random, 12)}
spec:
  replicas: ${1 + random.below(9)}
  selector:
    matchLabels:
        app.kubernetes.io/name: ${app}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${app}
    spec:
      serviceAccountName: ${app}

      # ${sentence(random, 9)}
      containers:
      - name: ${app}
        image: `;
  const after = `        ports: [{containerPort: ${8000 + random.below(999)}, name: http}]
        env:
${environment(random, 26)}        resources:
          requests:   {cpu: ${100 + random.below(900)}m, memory: ${64 + random.below(900)}Mi}
          limits:     {memory: ${1 + random.below(8)}Gi}
        readinessProbe:
          httpGet: { path: /healthz, port: http }
          periodSeconds: ${5 + random.below(20)}
      - name: proxy # ${sentence(random, 6)}
        image: docker.io/envoyproxy/envoy:v1.${20 + random.below(10)}.0
        args: ["--service-cluster", "${app}", '--log-level', warn]
---
apiVersion: v1
kind: Service
metadata: {name: ${app}}
spec:
  selector:
    app.kubernetes.io/name: ${app}
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${app}-settings
data:
  settings.ini: |
    [${random.word()}]
${settings(random, 46)}  notes: "${sentence(random, 16)}"
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${app}
spec:
  minReplicas: ${1 + random.below(3)}
  maxReplicas: ${4 + random.below(20)}
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${app}}
`;
  return [before, after];
}

function environment(random: Random, lines: number): string {
  return Array.from(
    { length: lines },
    () => `        - name: ${random.word().toUpperCase()}_${random.word().toUpperCase()}
          value: ${random.of(['"true"', "'0'", random.word(), `https://${random.word()}.example.com/`])}
`,
  ).join('');
}

function settings(random: Random, lines: number): string {
  return Array.from(
    { length: lines },
    () => `    ${random.word()}.${random.word()} = ${sentence(random, 6)}\n`,
  ).join('');
}

function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => random.word()).join(' ');
}
