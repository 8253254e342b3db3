// Progress on a terminal: a line per photo while it runs, redrawn in place; plain lines where the output is a
// file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cutroom::app {

class ProgressBar {
 public:
  // `out_fd`: where to draw (standard error by default, so that standard output stays for results).
  explicit ProgressBar(int out_fd = 2);
  ~ProgressBar();

  // Adds a line; its number.
  std::size_t add(std::string label);
  void update(std::size_t line, int percent, std::string note);
  // The line's last state; `good` colours it.
  void finish(std::size_t line, bool good, std::string note);

 private:
  struct Line {
    std::string label;
    std::string note;
    int percent = 0;
    enum class State { running, good, bad } state = State::running;
  };
  void draw();
  void write(const std::string&) const;
  std::string text_of(const Line&) const;

  int fd_;
  bool terminal_;
  std::vector<Line> lines_;
  std::size_t settled_ = 0;  // Lines above this one have been drawn for good.
  std::size_t drawn_ = 0;    // Lines below them that will be drawn over.
};

}  // namespace cutroom::app
