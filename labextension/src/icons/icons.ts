import { LabIcon } from "@jupyterlab/ui-components";
import asset from "../../style/icons/asset.svg";
import canvas from "../../style/icons/canvas.svg";
import model from "../../style/icons/model.svg";
import vault from "../../style/icons/vault.svg";

export const vaultIcon = new LabIcon({ name: "litlab:vault", svgstr: vault });

/** A vault item, and a model's file. */
export const modelIcon = new LabIcon({ name: "litlab:model", svgstr: model });

export const assetIcon = new LabIcon({ name: "litlab:asset", svgstr: asset });

export const canvasIcon = new LabIcon({ name: "litlab:canvas", svgstr: canvas });
