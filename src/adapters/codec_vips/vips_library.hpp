// libvips' global state. One object, made before the first codec and destroyed after the last use of one, by
// app/wire/; there can't be a second one in a process' life.
#pragma once

namespace cutroom::codec_vips {

class VipsLibrary {
 public:
  // Starts libvips with what a server needs: loaders that aren't meant for untrusted files blocked, no cache
  // of operations (photos don't come twice), one thread a picture (the pool runs pictures side by side), and
  // its warnings not on stderr. Throws std::runtime_error where the library can't start.
  VipsLibrary();
  ~VipsLibrary();
  VipsLibrary(const VipsLibrary&) = delete;
  VipsLibrary& operator=(const VipsLibrary&) = delete;
};

}  // namespace cutroom::codec_vips
