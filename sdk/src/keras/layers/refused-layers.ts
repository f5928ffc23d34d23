const TEXT = "it works on text";
const AUGMENTS = "it augments images";
const FOREIGN = "it holds another framework's code, which is never executed";
const SOUND = "it is a Fourier transform of sound";

const named = (reason: string, ...names: readonly string[]): [string, string][] => names.map((name) => [name, reason]);

/** Layers of Keras 3.15 that do not load, and why. */
export const REFUSED_LAYERS: ReadonlyMap<string, string> = new Map([
  ...named(TEXT, "HashedCrossing", "Hashing", "StringLookup", "TextVectorization"),
  ...named(AUGMENTS, "AugMix", "AutoContrast", "CutMix", "Equalization", "MixUp", "RandAugment", "Solarization"),
  ...named(AUGMENTS, "ContrastLimitedAdaptiveHistogramEqualization", "MaxNumBoundingBoxes"),
  ...named(
    AUGMENTS,
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
  ),
  ...named(AUGMENTS, "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale"),
  ...named(AUGMENTS, "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation"),
  ...named(AUGMENTS, "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom"),
  ...named(FOREIGN, "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"),
  ...named("it chains layers that augment images", "Pipeline"),
  ...named("it is called in reverse to project back", "ReversibleEmbedding"),
  ...named(SOUND, "MelSpectrogram", "STFTSpectrogram"),
]);
