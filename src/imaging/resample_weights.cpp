#include "imaging/resample_weights.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cutroom::imaging {
namespace {

double sinc(double x) {
  if (x == 0.0) return 1.0;
  const double t = x * std::numbers::pi;
  return std::sin(t) / t;
}

double kernel(Filter filter, double x) {
  const double distance = std::abs(x);
  switch (filter) {
    case Filter::lanczos3:
      return distance < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
    case Filter::bilinear:
    case Filter::bilinear_plain:
      return distance < 1.0 ? 1.0 - distance : 0.0;
  }
  return 0.0;
}

double reach(Filter filter) { return filter == Filter::lanczos3 ? 3.0 : 1.0; }

}  // namespace

Weights make_weights(int from, int to, Filter filter, int multiple) {
  const double scale = static_cast<double>(from) / to;
  const double widening =
      std::max(scale, 1.0);  // Antialiasing: the kernel covers what one output sample covers.
  const double support = reach(filter) * widening;

  Weights weights;
  weights.spans.resize(static_cast<std::size_t>(to));
  std::vector<double> centres(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int end = std::min(from, static_cast<int>(centre + support + 0.5));
    weights.spans[i] = {first, end - first};
    weights.count_max = std::max(weights.count_max, end - first);
    centres[i] = centre;
  }
  weights.stride = (weights.count_max + multiple - 1) / multiple * multiple;
  weights.values.assign(static_cast<std::size_t>(to) * static_cast<std::size_t>(weights.stride), 0);

  std::vector<double> exact(static_cast<std::size_t>(weights.count_max));
  for (int i = 0; i < to; ++i) {
    const auto [first, count] = weights.spans[i];
    double sum = 0.0;
    for (int k = 0; k < count; ++k) {
      exact[k] = kernel(filter, (first + k - centres[i] + 0.5) / widening);
      sum += exact[k];
    }
    std::int32_t* out = weights.values.data() + static_cast<std::size_t>(i) * weights.stride;
    for (int k = 0; k < count; ++k) {
      const double fixed = (sum == 0.0 ? exact[k] : exact[k] / sum) * (1 << kWeightBits);
      out[k] = static_cast<std::int32_t>(fixed < 0.0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return weights;
}

}  // namespace cutroom::imaging
