"""The numbers of a kernel: by name, typed, or from a file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError, unknown
from convviz.records import Record
from convviz.sources.budget import Budget
from convviz.sources.fills import BIAS, WEIGHT, generator
from convviz.spec.layers import Conv, ConvTranspose, times

Array = NDArray[Any]
Layer = Conv | ConvTranspose

SIZE = 3
"""The size of a kernel that nothing else gives."""


class Weight(Record):
    """One named weight.

    make: (layer, seed) → the array of `layer.weight_shape`.
    size: the only kernel size it has; None: any.
    """

    name: str
    rule: str
    make: Callable[[Layer, int], Array]
    size: int | None = None


def _count(layer: Layer, seed: int) -> Array:
    shape = layer.weight_shape
    return np.arange(1, math.prod(shape) + 1, dtype=np.float64).reshape(shape)


def _ones(layer: Layer, seed: int) -> Array:
    return np.ones(layer.weight_shape)


def _identity(layer: Layer, seed: int) -> Array:
    """Output channel o of a group takes input channel o (PyTorch `nn.init.dirac_`)."""
    weight = np.zeros(layer.weight_shape)
    middle = tuple(k // 2 for k in layer.kernel)
    inputs, outputs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    for group in range(layer.groups):
        for channel in range(min(inputs, outputs)):
            if isinstance(layer, Conv):
                weight[(group * outputs + channel, channel, *middle)] = 1
            else:
                weight[(group * inputs + channel, channel, *middle)] = 1
    return weight


def alike(kernel: Callable[[Layer], Array], *, averaged: bool) -> Callable[[Layer, int], Array]:
    """One kernel for every pair of channels.

    averaged: divided by the input channels of a group, so that the weights of an output channel
              sum to 1 as those of `kernel` do.
    """

    def make(layer: Layer, seed: int) -> Array:
        inputs = layer.in_channels // layer.groups
        one = kernel(layer)
        if averaged and inputs > 1:
            one = one / inputs
        return np.broadcast_to(one, layer.weight_shape).copy()

    return make


def _box(layer: Layer) -> Array:
    return np.full(layer.kernel, 1 / math.prod(layer.kernel))


def _outer(lines: list[Array]) -> Array:
    """The product of one line of numbers per axis."""
    product = np.ones(())
    for line in lines:
        product = np.multiply.outer(product, line)
    return product


def _gaussian(layer: Layer) -> Array:
    """Binomial coefficients: the Gaussian's exact relative in whole numbers (1 2 1, 1 4 6 4 1)."""
    return _outer([binomial(k) / 2.0 ** (k - 1) for k in layer.kernel])


def binomial(size: int) -> Array:
    """A row of Pascal's triangle: 1, 2, 1 for 3."""
    return np.array([float(math.comb(size - 1, tap)) for tap in range(size)])


def _sobel(axis: int) -> Callable[[Layer], Array]:
    """The slope along the axis `axis` from the last, smoothed along the others."""

    def kernel(layer: Layer) -> Array:
        slope, smooth = np.array([-1.0, 0.0, 1.0]), np.array([1.0, 2.0, 1.0])
        ndim = len(layer.kernel)
        if axis >= ndim:
            raise SpecError(
                "sobel-y is a slope along rows, and the input has one axis", "weight", "sobel-x"
            )
        return _outer([slope if a == ndim - 1 - axis else smooth for a in range(ndim)])

    return kernel


def _laplacian(layer: Layer) -> Array:
    """The sum of the neighbors along each axis, less the cell itself once per neighbor."""
    ndim = len(layer.kernel)
    kernel = np.zeros(layer.kernel)
    middle = (1,) * ndim
    for axis in range(ndim):
        for tap in (0, 2):
            kernel[(*middle[:axis], tap, *middle[axis + 1 :])] = 1
    kernel[middle] = -2 * ndim
    return kernel


def _sharpen(layer: Layer) -> Array:
    """The cell less its Laplacian: 0 −1 0, −1 5 −1, 0 −1 0."""
    kernel = 0.0 - _laplacian(layer)
    kernel[(1,) * len(layer.kernel)] += 1
    return kernel


def _default(layer: Layer, seed: int) -> Array:
    bound = math.sqrt(spread(layer))
    return generator(seed, WEIGHT).uniform(-bound, bound, layer.weight_shape)


def spread(layer: Layer) -> float:
    """K of PyTorch's default U(−√k, √k): groups over the other channels times the kernel's cells.

    PyTorch nn.Conv2d: k = groups / (C_in·∏kernel); nn.ConvTranspose2d: with C_out.
    """
    return 1 / math.prod(layer.weight_shape[1:])


def _xavier(layer: Layer, seed: int) -> Array:
    """N(0, 2 / (fan_in + fan_out)) (PyTorch `nn.init.xavier_normal_`)."""
    shape = layer.weight_shape
    cells = math.prod(shape[2:])
    deviation = math.sqrt(2 / ((shape[0] + shape[1]) * cells))
    return generator(seed, WEIGHT).standard_normal(shape) * deviation


def _kaiming(layer: Layer, seed: int) -> Array:
    """N(0, 2 / fan_in) (PyTorch `nn.init.kaiming_normal_`)."""
    shape = layer.weight_shape
    deviation = math.sqrt(2 / math.prod(shape[1:]))
    return generator(seed, WEIGHT).standard_normal(shape) * deviation


WEIGHTS: tuple[Weight, ...] = (
    Weight("count", "1, 2, 3, …", _count),
    Weight("ones", "all 1", _ones),
    Weight("identity", "1 in the middle: each output channel is its input channel", _identity),
    Weight("box", "the mean of the window", alike(_box, averaged=True)),
    Weight("gaussian", "a weighted mean: 1 2 1 and so on", alike(_gaussian, averaged=True)),
    Weight("sobel-x", "the slope from left to right", alike(_sobel(0), averaged=False), SIZE),
    Weight("sobel-y", "the slope from top to bottom", alike(_sobel(1), averaged=False), SIZE),
    Weight(
        "laplacian", "neighbors less the cell: curvature", alike(_laplacian, averaged=False), SIZE
    ),
    Weight("sharpen", "the cell less its Laplacian", alike(_sharpen, averaged=True), SIZE),
    Weight("random", "PyTorch's default: U(−√k, √k), k = groups/(C_in·∏kernel)", _default),
    Weight("xavier-normal", "N(0, 2/(fan_in + fan_out))", _xavier),
    Weight("kaiming-normal", "N(0, 2/fan_in)", _kaiming),
)

NAMES: tuple[str, ...] = tuple(weight.name for weight in WEIGHTS)


def weight_named(name: str) -> Weight:
    """The weight called `name`.

    Raises SpecError: there is none.
    """
    for weight in WEIGHTS:
        if weight.name == name:
            return weight
    raise unknown("weight", name, NAMES, argument="weight", heading="weights")


def named(weight: Weight, layer: Layer, seed: int, budget: Budget) -> Array:
    """The array of a named weight for `layer`.

    Raises SpecError: it has not that kernel size, or the weight exceeds the budget.
    """
    if weight.size is not None and any(k != weight.size for k in layer.kernel):
        raise SpecError(
            f"{weight.name} is a kernel of {times((weight.size,) * len(layer.kernel))}, "
            f"not {times(layer.kernel)}",
            "kernel",
            f"only {weight.size}",
            remedy=f"{{kernel={weight.size}}}, or another weight: box and gaussian have any size",
        )
    budget.check(layer.weight_shape, "a weight")
    return weight.make(layer, seed)


class Fit(Record, eq=False):
    """How a given weight array is read: with the shape of a layer's weight.

    kernel:       its spatial sizes.
    out_channels: as many as the array has; None where it does not say.
    """

    array: Array
    kernel: tuple[int, ...]
    out_channels: int | None


def fit(array: Array, spatial: int, in_channels: int, groups: int, *, transposed: bool) -> Fit:
    """A given array as a weight.

    array: (*kernel): the same for every pair of channels; (C, *kernel): one kernel per input
           channel of a group, or per output channel where there is one input channel; or all of
           (C_out, C_in/groups, *kernel), transposed (C_in, C_out/groups, *kernel).

    Raises SpecError: too few or too many axes.
    """
    axes = array.ndim
    if not spatial <= axes <= spatial + 2:
        raise SpecError(
            f"the weight {times(array.shape)} has {axes} {'axis' if axes == 1 else 'axes'}, "
            f"but a kernel here has {spatial}",
            "weight",
            f"{spatial} for a kernel, {spatial + 2} with channels",
        )
    kernel = array.shape[axes - spatial :]
    if axes == spatial:
        return Fit(array, kernel, None)
    if axes == spatial + 2:
        return Fit(array, kernel, array.shape[1] * groups if transposed else array.shape[0])
    if transposed:
        if in_channels > 1:
            return Fit(array[:, np.newaxis], kernel, None)
        return Fit(array[np.newaxis], kernel, array.shape[0])
    if in_channels > groups:
        return Fit(array[np.newaxis], kernel, None)
    return Fit(array[:, np.newaxis], kernel, array.shape[0])


def fitted(fit: Fit, layer: Layer, budget: Budget) -> Array:
    """The array of a given weight for `layer`: repeated along channels where it has one for all.

    Raises SpecError: its channels are not the layer's, or the weight exceeds the budget.
    """
    budget.check(layer.weight_shape, "a weight")
    array = fit.array
    while array.ndim < len(layer.weight_shape):
        array = array[np.newaxis]
    repeats = all(
        have == want or (have == 1 and fit.out_channels is None)
        for have, want in zip(array.shape[:2], layer.weight_shape[:2], strict=True)
    )
    if not repeats or array.shape[2:] != layer.weight_shape[2:]:
        raise SpecError(
            f"the weight is {times(fit.array.shape)}, but the layer takes "
            f"{times(layer.weight_shape)}",
            "weight",
            f"{times(layer.weight_shape)}, or {times(layer.kernel)} for all channels",
        )
    return np.broadcast_to(array, layer.weight_shape)


def bias_named(name: str, layer: Layer, seed: int) -> Array | None:
    """(C_out,): the bias called `name`; None for none.

    Raises SpecError: there is none of that name.
    """
    count = layer.out_channels
    if name == "none":
        return None
    if name == "count":
        return np.arange(1, count + 1, dtype=np.float64)
    if name == "ones":
        return np.ones(count)
    if name == "random":
        bound = math.sqrt(spread(layer))
        return generator(seed, BIAS).uniform(-bound, bound, count)
    raise unknown("bias", name, BIASES, argument="bias", heading="biases")


BIASES: tuple[str, ...] = ("none", "count", "ones", "random")
