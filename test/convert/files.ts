/** A Deployment with annotations, in four plain lines of head. */
export function workload(annotations: readonly string[], image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
${annotations.map((line) => `    ${line}\n`).join('')}spec:
  template:
    spec:
      containers:
        - name: web
          image: ${image}
`;
}

/** An ImageRepository and an ImagePolicy of Flux 2. */
export function fluxPolicies(namespace: string, name: string, image = 'ghcr.io/acme/web'): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: ${name}, namespace: ${namespace}}
spec: {image: ${image}, interval: 5m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  imageRepositoryRef: {name: ${name}}
  policy: {semver: {range: 1.x}}
`;
}

/** An ImageUpdateAutomation of Flux 2, as a further document. */
export function automation(suspend = false): string {
  return `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: flux, namespace: flux-system}
spec: {interval: 5m, sourceRef: {kind: GitRepository, name: fleet}, suspend: ${suspend}, update: {path: ./}}
`;
}
