import { serveEmbeddedRegistry } from '../../src/demo/registry/serve.ts';
import { registryContract } from '../contracts/registry.ts';

const login = { username: 'ann', password: 'a:b c' };
const users = { [login.username]: login.password };

registryContract('embedded registry', () => serveEmbeddedRegistry());

registryContract('embedded registry with basic auth', async () => ({
  ...(await serveEmbeddedRegistry({ auth: { kind: 'basic', users } })),
  login,
}));

registryContract('embedded registry with a token service', async () => {
  const served = await serveEmbeddedRegistry({ auth: { kind: 'token', users } });
  const push = async (repository: string, tag: string, spec: object) =>
    served.registry.addImage({ created: undefined, ...spec, repository, tag });
  return { ...served, login, push };
});
