import { ServerConnection, type Session } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { METHODS, SERVICE_SESSION } from "@litlab/sdk/rpc";
import { messageOf } from "../message-of.js";
import { VERSION } from "../version.js";
import { Link, LinkLost, type LinkOptions, NoAnswer } from "./link.js";
import { ServiceError } from "./tokens.js";

const KERNEL = "litlab";
/** A kernel that starts has this long to answer, ms, each time that it is asked. */
const PATIENCE = 20_000;
const ATTEMPTS = 2;

/** Whether a failure to connect is one of the network, which time may mend. */
export const isNetworkError = (error: unknown): boolean =>
  error instanceof ServiceError && error.cause instanceof ServerConnection.NetworkError;

/**
 * Finds or starts the service and greets it.
 * @throws ServiceError that says what is wrong and what to do
 */
export async function connect(
  sessions: Session.IManager,
  options: LinkOptions,
  trans: TranslationBundle,
): Promise<Link> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    let link: Link | undefined;
    try {
      link = new Link(await findSession(sessions, trans), options);
      check(await link.request("hello", { version: VERSION }, PATIENCE), trans);
      return link;
    } catch (error) {
      link?.dispose();
      // What is gone or has not answered in time is asked again.
      if (!(error instanceof LinkLost || error instanceof NoAnswer)) throw error;
    }
  }
  throw new ServiceError(
    trans.__(
      "The vault’s service does not answer. Shut down “%1” among the running kernels and try again.",
      SERVICE_SESSION.name,
    ),
    null,
  );
}

/** Whether it is the greeting of a service of this version; another version's may look like anything. */
function check(hello: unknown, trans: TranslationBundle): void {
  const { version } = (hello ?? {}) as { version?: unknown };
  if (version !== VERSION) throw new ServiceError(differing(String(version), trans), "VERSION");
  METHODS.hello.result.parse(hello);
}

const differing = (version: string, trans: TranslationBundle): string =>
  trans.__(
    "The extension is version %1, the service %2. Run `npm run setup`, shut down “%3” among the running kernels and reload the page.",
    VERSION,
    version,
    SERVICE_SESSION.name,
  );

async function findSession(sessions: Session.IManager, trans: TranslationBundle): Promise<Session.ISessionConnection> {
  const kernelConnectionOptions = { handleComms: true };
  try {
    const started = await sessions.startNew(
      { ...SERVICE_SESSION, kernel: { name: KERNEL } },
      { kernelConnectionOptions },
    );
    if (started.kernel?.status === "dead" || started.model.kernel?.execution_state === "dead") {
      await sessions.shutdown(started.id);
      throw new LinkLost();
    }
    // Two pages that asked at once have started one each: Jupyter's list has both, and the first is everybody's.
    const model = [...sessions.running()].find(({ path }) => path === SERVICE_SESSION.path);
    if (!model || model.id === started.id) return started;
    await sessions.shutdown(started.id);
    return sessions.connectTo({ model, kernelConnectionOptions });
  } catch (cause) {
    throw unavailable(cause, trans);
  }
}

function unavailable(cause: unknown, trans: TranslationBundle): Error {
  if (cause instanceof ServerConnection.NetworkError)
    return new ServiceError(trans.__("Jupyter’s server cannot be reached."), "UNREACHABLE", { cause });
  if (cause instanceof ServerConnection.ResponseError && cause.response.status === 501)
    return new ServiceError(trans.__("The kernel “%1” is not installed. Run `npm run setup`.", KERNEL), "NO_KERNEL", {
      cause,
    });
  return cause instanceof LinkLost
    ? cause
    : new ServiceError(trans.__("The vault’s service cannot be started: %1", messageOf(cause)), "UNAVAILABLE", {
        cause,
      });
}
