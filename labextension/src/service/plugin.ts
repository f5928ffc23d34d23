import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { IVaultService } from "./tokens.js";
import { VaultService } from "./vault-service.js";

/** Gives the way to the vault. Nothing starts before the first call. */
export const servicePlugin: JupyterFrontEndPlugin<IVaultService> = {
  id: "@litlab/labextension:service",
  description: "The way to the vault: calls to the service's kernel.",
  autoStart: true,
  provides: IVaultService,
  optional: [ITranslator],
  activate: ({ serviceManager }, translator: ITranslator | null) =>
    new VaultService(serviceManager.sessions, (translator ?? nullTranslator).load("litlab")),
};
