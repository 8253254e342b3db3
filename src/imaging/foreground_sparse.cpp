#include "imaging/foreground_sparse.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "imaging/foreground.hpp"

namespace cutroom::imaging {
namespace {

constexpr std::array<float, 256> kUnit = [] {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) / 255.0F;
  return table;
}();

ForegroundPixel pixel_of(const std::uint8_t* rgb, std::uint8_t alpha) {
  return {FourFloats{kUnit[rgb[0]], kUnit[rgb[1]], kUnit[rgb[2]], kUnit[alpha]}};
}

bool is_mixed(std::uint8_t alpha) { return alpha > kAllBackground && alpha < kAllForeground; }

// The mixed ones of 64 values. Most words of most masks have none, which is seen four vectors at a time.
PixelSet::Word mixed_word(const std::uint8_t* values) {
  using Sixteen = std::uint8_t __attribute__((vector_size(16)));
  std::array<Sixteen, 4> mixed;
  std::memcpy(mixed.data(), values, sizeof(mixed));
  for (Sixteen& v : mixed) v = reinterpret_cast<Sixteen>((v > kAllBackground) & (v < kAllForeground));
  std::array<std::uint64_t, 8> eights{};
  std::memcpy(eights.data(), mixed.data(), sizeof(eights));
  PixelSet::Word any = 0;
  for (const std::uint64_t eight : eights) any |= eight;
  if (any == 0) return 0;
  PixelSet::Word word = 0;
  for (std::size_t i = 0; i < eights.size(); ++i) {
    // Eight bytes, 0 or 255, to eight bits: the product gathers each byte's lowest bit in the highest byte.
    static_assert(std::endian::native == std::endian::little);
    word |= (((eights[i] & 0x0101010101010101U) * 0x0102040810204080U) >> 56U) << (8 * i);
  }
  return word;
}

const ForegroundCell& cell_before(int x, int y, Size size, const DenseLevel& base,
                                  const std::vector<SparseLevel>& coarser) {
  for (auto level = coarser.rbegin(); level != coarser.rend(); ++level) {
    x = nearest(x, size.width, level->size().width);
    y = nearest(y, size.height, level->size().height);
    size = level->size();
    if (const ForegroundCell* cell = level->find(x, y)) return *cell;
  }
  x = nearest(x, size.width, base.size.width);
  y = nearest(y, size.height, base.size.height);
  return base.cells[static_cast<std::size_t>(y) * static_cast<std::size_t>(base.size.width) +
                    static_cast<std::size_t>(x)];
}

std::uint8_t to_sample(float unit) { return static_cast<std::uint8_t>(unit * 255.0F + 0.5F); }

}  // namespace

LevelSampling::LevelSampling(Size level, Size full) : size(level) {
  columns.reserve(static_cast<std::size_t>(level.width));
  rows.reserve(static_cast<std::size_t>(level.height));
  for (int x = 0; x < level.width; ++x) columns.push_back(nearest(x, level.width, full.width));
  for (int y = 0; y < level.height; ++y) rows.push_back(nearest(y, level.height, full.height));
}

std::vector<ForegroundPixel> sample_level(const LevelSampling& sampling, const Image& rgb, const Mask& mask) {
  std::vector<ForegroundPixel> pixels;
  pixels.reserve(sampling.size.pixels());
  for (const int y : sampling.rows) {
    const std::uint8_t* colours = rgb.row(y);
    const std::uint8_t* alphas = mask.row(y);
    for (const int x : sampling.columns) pixels.push_back(pixel_of(colours + 3 * x, alphas[x]));
  }
  return pixels;
}

PixelSet mixed_pixels(const Mask& mask) {
  PixelSet mixed(mask.size);
  const auto width = static_cast<std::size_t>(mask.size.width);
  const std::size_t whole_words = width / 64;
  std::array<std::uint8_t, 64> rest{};  // Zero beyond the width: background.
  for (int y = 0; y < mask.size.height; ++y) {
    const std::uint8_t* from = mask.row(y);
    const auto words = mixed.row(y);
    for (std::size_t i = 0; i < whole_words; ++i) words[i] = mixed_word(from + 64 * i);
    if (whole_words == words.size()) continue;
    std::memcpy(rest.data(), from + 64 * whole_words, width - 64 * whole_words);
    words[whole_words] = mixed_word(rest.data());
  }
  return mixed;
}

PixelSet sampled(const PixelSet& full, const LevelSampling& sampling) {
  PixelSet set(sampling.size);
  const auto width = static_cast<std::size_t>(sampling.size.width);
  for (int y = 0; y < sampling.size.height; ++y) {
    const auto from = full.row(sampling.rows[static_cast<std::size_t>(y)]);
    const auto words = set.row(y);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t begin = 64 * i;
      const std::size_t end = std::min(begin + 64, width);
      const auto first_word = static_cast<std::size_t>(sampling.columns[begin]) / 64;
      const auto last_word = static_cast<std::size_t>(sampling.columns[end - 1]) / 64;
      PixelSet::Word any = 0;
      for (std::size_t word = first_word; word <= last_word; ++word) any |= from[word];
      if (any == 0) continue;
      for (std::size_t x = begin; x < end; ++x) {
        const auto column = static_cast<std::size_t>(sampling.columns[x]);
        words[i] |= ((from[column / 64] >> (column & 63)) & 1U) << (x - begin);
      }
    }
  }
  return set;
}

SparseLevel::SparseLevel(LevelSampling sampling, PixelSet solved)
    : sampling_(std::move(sampling)), solved_(std::move(solved)), known_(with_neighbours(solved_)) {
  known_.number();
}

void SparseLevel::load(const Image& rgb, const Mask& mask, const DenseLevel& base,
                       const std::vector<SparseLevel>& coarser) {
  pixels_.reserve(known_.count());
  cells_.reserve(known_.count());
  known_.for_each_run([&](int y, int begin, int length) {
    const int source_y = sampling_.rows[static_cast<std::size_t>(y)];
    for (int x = begin; x < begin + length; ++x) {
      const int source_x = sampling_.columns[static_cast<std::size_t>(x)];
      const std::uint8_t alpha = mask.row(source_y)[source_x];
      pixels_.push_back(pixel_of(rgb.row(source_y) + 3 * source_x, alpha));
      ForegroundCell cell = cell_before(x, y, sampling_.size, base, coarser);
      if (alpha >= kAllForeground) cell.foreground = pixels_.back().value;
      if (alpha <= kAllBackground) cell.background = pixels_.back().value;
      cells_.push_back(cell);
    }
  });
}

std::vector<SparseLevel::Run> SparseLevel::solved_runs() const {
  const auto [width, height] = sampling_.size;
  const auto number = [&](int x, int y) { return static_cast<std::uint32_t>(known_.number_of(x, y)); };
  std::vector<Run> runs;
  solved_.for_each_run([&](int y, int begin, int length) {
    runs.push_back({.begin = number(begin, y),
                    .up = number(begin, y > 0 ? y - 1 : y),
                    .down = number(begin, y + 1 < height ? y + 1 : y),
                    .length = static_cast<std::uint32_t>(length),
                    .at_left_edge = begin == 0,
                    .at_right_edge = begin + length == width});
  });
  return runs;
}

void SparseLevel::solve(const Image& rgb, const Mask& mask, const DenseLevel& base,
                        const std::vector<SparseLevel>& coarser) {
  load(rgb, mask, base, coarser);
  const std::vector<Run> runs = solved_runs();
  for (int pass = foreground_passes(sampling_.size); pass > 0; --pass) {
    for (const Run& run : runs) {
      const ForegroundPixel* pixels = pixels_.data() + run.begin;
      const ForegroundPixel* pixels_up = pixels_.data() + run.up;
      const ForegroundPixel* pixels_down = pixels_.data() + run.down;
      ForegroundCell* cells = cells_.data() + run.begin;
      const ForegroundCell* cells_up = cells_.data() + run.up;
      const ForegroundCell* cells_down = cells_.data() + run.down;
      for (std::ptrdiff_t i = 0; i < run.length; ++i) {
        const std::ptrdiff_t left = i > 0 || !run.at_left_edge ? i - 1 : i;
        const std::ptrdiff_t right = i + 1 < run.length || !run.at_right_edge ? i + 1 : i;
        cells[i] = solve_foreground(
            pixels[i], {cells_up[i], cells_down[i], cells[left], cells[right], pixels_up[i].alpha(),
                        pixels_down[i].alpha(), pixels[left].alpha(), pixels[right].alpha()});
      }
    }
  }
}

void SparseLevel::write_to(Image& rgb, const Mask& mask) const {
  std::size_t number = 0;
  known_.for_each_run([&](int y, int begin, int length) {
    const std::uint8_t* alpha = mask.row(y);
    std::uint8_t* to = rgb.row(y);
    for (int x = begin; x < begin + length; ++x, ++number) {
      if (alpha[x] == 0 || alpha[x] >= kAllForeground) continue;
      for (int c = 0; c < 3; ++c) to[3 * x + c] = to_sample(cells_[number].foreground[c]);
    }
  });
}

void write_from_coarser(Image& rgb, const Mask& mask, const DenseLevel& base,
                        const std::vector<SparseLevel>& levels) {
  for (int y = 0; y < mask.size.height; ++y) {
    const std::uint8_t* alphas = mask.row(y);
    std::uint8_t* samples = rgb.row(y);
    for (int x = 0; x < mask.size.width; ++x) {
      if (!is_mixed(alphas[x])) continue;
      const FourFloats image = pixel_of(samples + 3 * x, alphas[x]).value;
      const auto& [foreground, background] = cell_before(x, y, mask.size, base, levels);
      const float alpha = kUnit[alphas[x]];
      // What the guess leaves unexplained of the pixel goes to the foreground in alpha's share.
      const FourFloats colour = foreground + alpha * (image - alpha * foreground - (1 - alpha) * background);
      for (int c = 0; c < 3; ++c) samples[3 * x + c] = to_sample(std::clamp(colour[c], 0.0F, 1.0F));
    }
  }
}

}  // namespace cutroom::imaging
