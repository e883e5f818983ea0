/** The network: its description, the TorchScript programs generated from it, and its weights. */
@NullMarked
package dev.marque.vision.network;

import org.jspecify.annotations.NullMarked;
