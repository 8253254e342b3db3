#include "imaging/matting.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "imaging/refine_guided.hpp"
#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

constexpr std::uint8_t kUnknown = 128;

// The paper's regulariser of a window's covariance, of samples 0..1, with the paper's own code's value.
constexpr double kEpsilon = 1e-7;

// A pixel shares windows with those at most two away.
constexpr int kReach = 2;
constexpr int kSide = 2 * kReach + 1;
constexpr std::size_t kNeighbours = kSide * kSide;

std::vector<std::uint8_t> above(const Mask& mask, int threshold) {
  std::vector<std::uint8_t> out(mask.samples.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = mask.samples[i] > threshold ? 1 : 0;
  return out;
}

// Erosion along lines: 1 where the whole window is. Outside counts as `outside`.
void erode_lines(std::vector<std::uint8_t>& set, int lines, int line_step, int count, int step, int before,
                 int after, std::uint8_t outside) {
  std::vector<int> zeros(static_cast<std::size_t>(count) + 1);
  for (int line = 0; line < lines; ++line) {
    std::uint8_t* at = set.data() + static_cast<std::ptrdiff_t>(line) * line_step;
    for (int i = 0; i < count; ++i)
      zeros[static_cast<std::size_t>(i) + 1] =
          zeros[static_cast<std::size_t>(i)] + (at[static_cast<std::ptrdiff_t>(i) * step] == 0 ? 1 : 0);
    for (int i = 0; i < count; ++i) {
      const int from = std::max(i - before, 0);
      const int to = std::min(i + after, count - 1);
      const bool whole = zeros[static_cast<std::size_t>(to) + 1] == zeros[static_cast<std::size_t>(from)];
      const bool reaches_out = i - before < 0 || i + after >= count;
      at[static_cast<std::ptrdiff_t>(i) * step] = whole && (!reaches_out || outside != 0) ? 1 : 0;
    }
  }
}

void erode(std::vector<std::uint8_t>& set, Size size, int side, std::uint8_t outside) {
  if (side == 0) {
    // A cross is the common part of a row and a column of three.
    std::vector<std::uint8_t> columns = set;
    erode_lines(set, size.height, size.width, size.width, 1, 1, 1, outside);
    erode_lines(columns, size.width, 1, size.height, size.width, 1, 1, outside);
    for (std::size_t i = 0; i < set.size(); ++i) set[i] &= columns[i];
    return;
  }
  const int before = side / 2;
  const int after = side - 1 - before;
  erode_lines(set, size.height, size.width, size.width, 1, before, after, outside);
  erode_lines(set, size.width, 1, size.height, size.width, before, after, outside);
}

using Colour = std::array<double, 3>;
using Matrix = std::array<double, 6>;  // Symmetric: 00 01 02 11 12 22.

Matrix inverse(const Matrix& m) {
  const double c00 = m[3] * m[5] - m[4] * m[4];
  const double c01 = m[2] * m[4] - m[1] * m[5];
  const double c02 = m[1] * m[4] - m[2] * m[3];
  const double determinant = m[0] * c00 + m[1] * c01 + m[2] * c02;
  return {c00 / determinant,
          c01 / determinant,
          c02 / determinant,
          (m[0] * m[5] - m[2] * m[2]) / determinant,
          (m[1] * m[2] - m[0] * m[4]) / determinant,
          (m[0] * m[3] - m[1] * m[1]) / determinant};
}

Colour times(const Matrix& m, const Colour& v) {
  return {m[0] * v[0] + m[1] * v[1] + m[2] * v[2], m[1] * v[0] + m[3] * v[1] + m[4] * v[2],
          m[2] * v[0] + m[4] * v[1] + m[5] * v[2]};
}

double dot(const Colour& a, const Colour& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// The matting Laplacian's rows of the unknown pixels, and the right side that the known ones give.
class Laplacian {
 public:
  Laplacian(const Image& rgb, const Mask& trimap, std::size_t unknowns) : rgb_(rgb), trimap_(trimap) {
    number_of_.assign(trimap.size.pixels(), -1);
    pixel_of_.reserve(unknowns);
    for (std::size_t i = 0; i < trimap.size.pixels(); ++i) {
      if (trimap.samples[i] != kUnknown) continue;
      number_of_[i] = static_cast<std::int32_t>(pixel_of_.size());
      pixel_of_.push_back(i);
    }
    rows_.assign(unknowns, {});
    right_.assign(unknowns, 0.0);
    for (int y = 1; y + 1 < trimap.size.height; ++y)
      for (int x = 1; x + 1 < trimap.size.width; ++x) add_window(x, y);
    find_columns();
  }

  std::size_t size() const { return rows_.size(); }
  std::size_t pixel_of(std::size_t unknown) const { return pixel_of_[unknown]; }
  const std::vector<double>& right() const { return right_; }
  double diagonal(std::size_t unknown) const { return rows_[unknown][kNeighbours / 2]; }

  // Draws an unknown towards a value.
  void hold(std::size_t unknown, double value, double weight) {
    rows_[unknown][kNeighbours / 2] += static_cast<float>(weight);
    right_[unknown] += weight * value;
  }

  void multiply(const std::vector<double>& from, std::vector<double>& to) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < kNeighbours; ++k) {
        const std::int32_t column = columns_[i][k];
        if (column >= 0) sum += static_cast<double>(rows_[i][k]) * from[static_cast<std::size_t>(column)];
      }
      to[i] = sum;
    }
  }

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(trimap_.size.width) +
           static_cast<std::size_t>(x);
  }

  bool has_unknown(int x, int y) const {
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx)
        if (number_of_[index(x + dx, y + dy)] >= 0) return true;
    return false;
  }

  void add_window(int x, int y) {
    if (!has_unknown(x, y)) return;
    std::array<Colour, 9> colours;
    Colour mean{};
    for (int k = 0; k < 9; ++k) {
      const std::uint8_t* pixel = rgb_.row(y + k / 3 - 1) + 3 * (x + k % 3 - 1);
      for (std::size_t c = 0; c < 3; ++c) {
        colours[static_cast<std::size_t>(k)][c] = pixel[c] / 255.0;
        mean[c] += colours[static_cast<std::size_t>(k)][c] / 9.0;
      }
    }
    Matrix covariance{};
    for (Colour& colour : colours) {
      for (std::size_t c = 0; c < 3; ++c) colour[c] -= mean[c];
      covariance[0] += colour[0] * colour[0];
      covariance[1] += colour[0] * colour[1];
      covariance[2] += colour[0] * colour[2];
      covariance[3] += colour[1] * colour[1];
      covariance[4] += colour[1] * colour[2];
      covariance[5] += colour[2] * colour[2];
    }
    covariance[0] += kEpsilon;
    covariance[3] += kEpsilon;
    covariance[5] += kEpsilon;
    for (double& value : covariance) value /= 9.0;
    const Matrix inverted = inverse(covariance);

    for (int i = 0; i < 9; ++i) {
      const int xi = x + i % 3 - 1;
      const int yi = y + i / 3 - 1;
      const std::int32_t row = number_of_[index(xi, yi)];
      if (row < 0) continue;
      const Colour weighted = times(inverted, colours[static_cast<std::size_t>(i)]);
      for (int j = 0; j < 9; ++j) {
        const double affinity = (1.0 + dot(weighted, colours[static_cast<std::size_t>(j)])) / 9.0;
        const double value = (i == j ? 1.0 : 0.0) - affinity;
        const int xj = x + j % 3 - 1;
        const int yj = y + j / 3 - 1;
        const std::size_t other = index(xj, yj);
        if (number_of_[other] >= 0) {
          const int place = (yj - yi + kReach) * kSide + (xj - xi + kReach);
          rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(place)] += static_cast<float>(value);
        } else if (trimap_.samples[other] == 255) {
          right_[static_cast<std::size_t>(row)] -= value;
        }
      }
    }
  }

  void find_columns() {
    columns_.resize(rows_.size());
    const int width = trimap_.size.width;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const int x = static_cast<int>(pixel_of_[i] % static_cast<std::size_t>(width));
      const int y = static_cast<int>(pixel_of_[i] / static_cast<std::size_t>(width));
      for (std::size_t k = 0; k < kNeighbours; ++k) {
        const int xk = x + static_cast<int>(k) % kSide - kReach;
        const int yk = y + static_cast<int>(k) / kSide - kReach;
        const bool inside = xk >= 0 && yk >= 0 && xk < width && yk < trimap_.size.height;
        columns_[i][k] = inside ? number_of_[index(xk, yk)] : -1;
      }
    }
  }

  const Image& rgb_;
  const Mask& trimap_;
  std::vector<std::int32_t> number_of_;  // By pixel; -1: known.
  std::vector<std::size_t> pixel_of_;
  std::vector<std::array<float, kNeighbours>> rows_;
  std::vector<std::array<std::int32_t, kNeighbours>> columns_;
  std::vector<double> right_;
};

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Conjugate gradients, each unknown scaled by its diagonal. False: stopped on request.
bool solve(const Laplacian& laplacian, std::vector<double>& x, const MattingLimits& limits,
           const std::stop_token& stop) {
  const std::size_t n = laplacian.size();
  std::vector<double> scale(n);
  for (std::size_t i = 0; i < n; ++i) scale[i] = 1.0 / std::max(laplacian.diagonal(i), 1e-12);
  std::vector<double> residual(n);
  laplacian.multiply(x, residual);
  for (std::size_t i = 0; i < n; ++i) residual[i] = laplacian.right()[i] - residual[i];
  std::vector<double> scaled(n);
  for (std::size_t i = 0; i < n; ++i) scaled[i] = residual[i] * scale[i];
  std::vector<double> direction = scaled;
  std::vector<double> image(n);
  double energy = product(residual, scaled);
  const double right = std::sqrt(product(laplacian.right(), laplacian.right()));
  const double enough = limits.residual * std::max(right, 1e-12);
  for (int i = 0; i < limits.iterations_max && std::sqrt(product(residual, residual)) > enough; ++i) {
    if (stop.stop_requested()) return false;
    laplacian.multiply(direction, image);
    const double curvature = product(direction, image);
    if (!(curvature > 0)) break;  // As good as solved; rounding rules from here on.
    const double step = energy / curvature;
    for (std::size_t k = 0; k < n; ++k) {
      x[k] += step * direction[k];
      residual[k] -= step * image[k];
      scaled[k] = residual[k] * scale[k];
    }
    const double next = product(residual, scaled);
    const double keep = next / energy;
    energy = next;
    for (std::size_t k = 0; k < n; ++k) direction[k] = scaled[k] + keep * direction[k];
  }
  return true;
}

}  // namespace

Mask trimap_of(const Mask& mask, const TrimapOptions& options) {
  std::vector<std::uint8_t> foreground = above(mask, options.foreground_above);
  std::vector<std::uint8_t> background = above(mask, options.background_below - 1);
  for (std::uint8_t& one : background) one ^= 1U;
  erode(foreground, mask.size, options.erode, 0);
  erode(background, mask.size, options.erode, 1);
  Mask trimap(mask.size, 1);
  for (std::size_t i = 0; i < trimap.samples.size(); ++i)
    trimap.samples[i] = foreground[i] != 0 ? 255 : background[i] != 0 ? 0 : kUnknown;
  return trimap;
}

std::optional<Mask> closed_form_alpha(const Image& rgb, const Mask& trimap, const Mask& start,
                                      const MattingLimits& limits, const std::stop_token& stop) {
  std::size_t unknowns = 0;
  std::size_t foreground = 0;
  for (std::size_t i = 0; i < trimap.samples.size(); ++i) {
    unknowns += trimap.samples[i] == kUnknown ? 1 : 0;
    foreground += trimap.samples[i] == 255 ? 1 : 0;
  }
  const std::size_t background = trimap.samples.size() - unknowns - foreground;
  if (foreground == 0 || background == 0 || unknowns > limits.unknowns_max) return std::nullopt;

  Laplacian laplacian(rgb, trimap, unknowns);
  std::vector<double> x(unknowns);
  for (std::size_t i = 0; i < unknowns; ++i) {
    x[i] = start.samples[laplacian.pixel_of(i)] / 255.0;
    const double decided = std::abs(2.0 * x[i] - 1.0);
    laplacian.hold(i, x[i], limits.prior * decided * decided * decided * decided);
  }
  if (!solve(laplacian, x, limits, stop)) return std::nullopt;

  Mask alpha(trimap.size, 1);
  std::copy_n(trimap.samples.data(), trimap.samples.size(), alpha.samples.data());
  for (std::size_t i = 0; i < unknowns; ++i)
    alpha.samples[laplacian.pixel_of(i)] =
        static_cast<std::uint8_t>(std::lround(std::clamp(x[i], 0.0, 1.0) * 255.0));
  return alpha;
}

Mask refine_matting(const Image& rgb, const Mask& mask, const std::stop_token& stop,
                    const MattingLimits& limits) {
  const Size small = guided_size(mask.size);
  const Mask small_mask = resample(mask, small, Filter::bilinear);
  // The known parts' distance from the edge, for a copy of the size that models see.
  constexpr int kErode = 10;
  constexpr int kErodeMin = 3;
  const int erode_by = std::max(kErodeMin, kErode * std::max(small.width, small.height) / kGuidedSideMax);
  const Mask trimap = trimap_of(small_mask, {.erode = erode_by});
  const auto alpha =
      closed_form_alpha(resample(rgb, small, Filter::bilinear), trimap, small_mask, limits, stop);
  if (!alpha) return refine_guided(rgb, mask);
  Mask out = resample(*alpha, mask.size, Filter::bilinear);
  if (small == mask.size) return out;
  Mask unknown(small, 1);
  for (std::size_t i = 0; i < unknown.samples.size(); ++i)
    unknown.samples[i] = alpha->samples[i] > 0 && alpha->samples[i] < 255 ? 255 : 0;
  return enlarge_guided(rgb, std::move(out), *alpha, unknown);
}

}  // namespace cutroom::imaging
