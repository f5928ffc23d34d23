/** The comm between page and service. */
export const COMM_TARGET = "litlab.vault";

/** The session of the service's kernel: a kernel that Jupyter starts for a session of this name is the service. */
export const SERVICE_SESSION = { name: "Lit Lab vault", path: "litlab.vault", type: "litlab" } as const;
