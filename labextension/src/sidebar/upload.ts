import type { IVaultService } from "../service/tokens.js";

const PIECE = 2 ** 20;

/**
 * Brings a file of this machine to the service.
 * @param onProgress hears the share that is there, from 0 to 1
 * @returns the upload that `items.import` takes
 * @throws ServiceError; the signal's reason when it is aborted; nothing stays behind
 */
export async function uploadFile(
  service: IVaultService,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const { upload } = await service.call("uploads.begin", { name: file.name, bytes: file.size });
  try {
    for (let at = 0; at < file.size; at += PIECE) {
      signal.throwIfAborted();
      onProgress(at / file.size);
      const data = await base64(file.slice(at, at + PIECE));
      await service.call("uploads.write", { upload, at, data });
    }
    signal.throwIfAborted();
    return upload;
  } catch (error) {
    service.call("uploads.drop", { upload }).catch(() => {});
    throw error;
  }
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
