// Background removal as IMG.LY's published package does it, written again in the plainest way and with
// nothing of ours, to compare our pipeline with: point-sampled bilinear resizing, double precision, the model
// file as published in a session with default options.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

namespace cutroom::quality {

struct Photo {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> rgb;
};
Photo load_photo(const std::filesystem::path&);

// Where the samples of a picture lie when it is resized.
enum class Alignment {
  centres,  // In the middle of their squares, as nearly all software has it.
  corners,  // At the squares' top-left corners, as IMG.LY's own code has it.
};

class PlainPipeline {
 public:
  explicit PlainPipeline(const std::filesystem::path& model);
  ~PlainPipeline();

  // How much of each pixel is foreground, 0..255.
  std::vector<double> alpha(const Photo&, Alignment);
  // Mean of the model's output for the last photo.
  double output_mean() const { return output_mean_; }

 private:
  struct Session;
  std::unique_ptr<Session> session_;
  double output_mean_ = 0.0;
};

}  // namespace cutroom::quality
