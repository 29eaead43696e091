import { openMemoryState } from '../../src/state/memory.ts';
import { stateContract } from '../contracts/state.ts';

stateContract('memory', () => Promise.resolve(openMemoryState()));
