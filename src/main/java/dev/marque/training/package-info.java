/** Training and judging the network: data set, augmentation, trainer, evaluation, model card. */
@NullMarked
package dev.marque.training;

import org.jspecify.annotations.NullMarked;
