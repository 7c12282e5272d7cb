import type { Ending } from '../../support/program.js';
import type { Scope } from '../../support/scope.js';
import { type Source, SyncEvolution, type SyncEvolutionMode } from './syncevolution.js';

const PEER = 'server@default';

export interface ClientOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly deviceId?: string;
  readonly sources: readonly Source[];
  /** Properties of its configuration, such as enableWBXML, SyncMLVersion, clientAuthType, maxMsgSize. */
  readonly properties?: Readonly<Record<string, string | number>>;
}

/** SyncEvolution as a SyncML client over HTTP. */
export class SyncEvolutionClient {
  private constructor(
    readonly program: SyncEvolution,
    readonly sources: readonly Source[],
  ) {}

  static async create(scope: Scope, options: ClientOptions): Promise<SyncEvolutionClient> {
    const program = await SyncEvolution.create(scope);
    const client = new SyncEvolutionClient(program, options.sources);
    await client.configure(options);
    return client;
  }

  configure({ url, user, password, deviceId = 'dev-1', sources, properties = {} }: ClientOptions): Promise<void> {
    const about = { syncURL: url, username: user, password, deviceId, preventSlowSync: 0, ...properties };
    return this.program.configure('SyncEvolution', PEER, about, sources);
  }

  /** Syncs these datastores, or all; its exit code is 0 when it was content. */
  sync(mode?: SyncEvolutionMode, sources: readonly Source[] = this.sources): Promise<Ending> {
    const how = mode === undefined ? [] : ['--sync', mode];
    return this.program.run([...how, 'server', ...sources.map(({ name }) => name)]);
  }
}
