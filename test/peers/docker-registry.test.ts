import { registryContract } from '../contracts/registry.ts';
import { registryUser, startDockerRegistry } from './docker-registry.ts';
import { describePeer } from './require.ts';

describePeer('docker-registry', 'the OCI client against docker-registry', () => {
  registryContract('open', () => startDockerRegistry());
  registryContract('with a password', async () => ({
    ...(await startDockerRegistry({ auth: true })),
    login: registryUser,
  }));
});
